/**
 * Formats texts for messages and words for shells.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.core.text;

import org.jspecify.annotations.NullMarked;
