/**
 * The containers of this executor: start, end, and clean-up of orphans.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.core.container;

import org.jspecify.annotations.NullMarked;
