/**
 * Containers that serve one run after the other.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.core.warm;

import org.jspecify.annotations.NullMarked;
