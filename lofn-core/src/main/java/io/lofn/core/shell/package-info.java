/**
 * Starts commands by a shell, which reports whether they could be executed.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.core.shell;

import org.jspecify.annotations.NullMarked;
