/**
 * Rows as the records of tools, and back.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.spark.rows;

import org.jspecify.annotations.NullMarked;
