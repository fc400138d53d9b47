/**
 * Standard streams of containers: named pipes, drainers, and tails.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.core.streams;

import org.jspecify.annotations.NullMarked;
