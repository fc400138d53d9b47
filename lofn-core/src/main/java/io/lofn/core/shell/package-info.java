/**
 * Commands that are started by a shell, which tells whether they began.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.core.shell;

import org.jspecify.annotations.NullMarked;
