/**
 * The effective settings of one run: limits, mounts, command.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.core.plan;

import org.jspecify.annotations.NullMarked;
