/**
 * Containers as child processes of this one, and their records.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.runtime.embedded.sandbox;

import org.jspecify.annotations.NullMarked;
