/**
 * Chooses the container runtime of this node.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.core.runtime;

import org.jspecify.annotations.NullMarked;
