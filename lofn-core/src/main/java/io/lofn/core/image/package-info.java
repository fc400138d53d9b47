/**
 * Images that runs need on this node.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.core.image;

import org.jspecify.annotations.NullMarked;
