/**
 * The task that a run works for, and the calls on its behalf.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.core.task;

import org.jspecify.annotations.NullMarked;
