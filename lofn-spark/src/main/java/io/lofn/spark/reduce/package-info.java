/**
 * The tree by which partitions are merged, and the order of records in it.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.spark.reduce;

import org.jspecify.annotations.NullMarked;
