/**
 * One run of a tool, from its records to its output.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.core.run;

import org.jspecify.annotations.NullMarked;
