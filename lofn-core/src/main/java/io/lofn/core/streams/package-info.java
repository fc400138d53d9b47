/**
 * Standard streams: pipes, pumps, and what is kept of them.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.core.streams;

import org.jspecify.annotations.NullMarked;
