/**
 * Copies of volumes on this node, and where outputs are kept.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.core.storage;

import org.jspecify.annotations.NullMarked;
