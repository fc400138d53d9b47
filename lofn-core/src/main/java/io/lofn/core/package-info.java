/**
 * The run engine: {@link io.lofn.core.CoreModule} wires it.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.core;

import org.jspecify.annotations.NullMarked;
