/**
 * Stages volumes on this node, and stores binary outputs.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.core.storage;

import org.jspecify.annotations.NullMarked;
