/**
 * What is said of a run that failed.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.core.report;

import org.jspecify.annotations.NullMarked;
