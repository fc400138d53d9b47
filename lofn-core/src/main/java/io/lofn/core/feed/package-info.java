/**
 * Writes the records of a partition as the input of a run.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.core.feed;

import org.jspecify.annotations.NullMarked;
