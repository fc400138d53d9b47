/**
 * The examination of all nodes of an application.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.spark.doctor;

import org.jspecify.annotations.NullMarked;
