/**
 * Tool documents as text.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.core.document;

import org.jspecify.annotations.NullMarked;
