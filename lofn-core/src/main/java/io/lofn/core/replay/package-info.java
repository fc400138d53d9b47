/**
 * What is kept of a run that failed, and the script that repeats it.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.core.replay;

import org.jspecify.annotations.NullMarked;
