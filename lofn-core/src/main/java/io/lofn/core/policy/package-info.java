/**
 * Checks whether a tool is allowed and supported on this node.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.core.policy;

import org.jspecify.annotations.NullMarked;
