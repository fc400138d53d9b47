/**
 * Probes which files a container and this executor see of each other.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.core.probe;

import org.jspecify.annotations.NullMarked;
