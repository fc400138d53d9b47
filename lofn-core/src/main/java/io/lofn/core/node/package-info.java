/**
 * Identifies this process and its user, and coordinates it with other processes of the node.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.core.node;

import org.jspecify.annotations.NullMarked;
