/**
 * Containers of this executor: their start, their end, and the sweep of those left behind.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.core.container;

import org.jspecify.annotations.NullMarked;
