/**
 * Merges partitions as a tree that keeps the order of records.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.spark.reduce;

import org.jspecify.annotations.NullMarked;
