/**
 * Warm containers, which serve one run after another.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.core.warm;

import org.jspecify.annotations.NullMarked;
