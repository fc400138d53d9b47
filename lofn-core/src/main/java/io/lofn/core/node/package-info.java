/**
 * This process, its user, its directories, and its locks among other processes of the node.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.core.node;

import org.jspecify.annotations.NullMarked;
