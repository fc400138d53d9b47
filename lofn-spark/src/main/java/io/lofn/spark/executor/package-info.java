/**
 * Connects the run engine to the executors and the driver of Spark.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.spark.executor;

import org.jspecify.annotations.NullMarked;
