/**
 * What to try first after a failure.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.core.hint;

import org.jspecify.annotations.NullMarked;
