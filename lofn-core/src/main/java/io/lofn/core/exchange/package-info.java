/**
 * The directories by which a run and its container exchange files.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.core.exchange;

import org.jspecify.annotations.NullMarked;
