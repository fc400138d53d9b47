/**
 * What one run is to be: its settings, its mounts, its command.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.core.plan;

import org.jspecify.annotations.NullMarked;
