/**
 * Binary outputs: files on the job's file system, a job for each.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.spark.binary;

import org.jspecify.annotations.NullMarked;
