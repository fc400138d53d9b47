/**
 * What a tool may ask for here, and what is refused.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.core.policy;

import org.jspecify.annotations.NullMarked;
