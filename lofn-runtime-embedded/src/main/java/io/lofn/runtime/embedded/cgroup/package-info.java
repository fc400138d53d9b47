/**
 * Control groups of containers, of version 1 and 2: made, limited, read and removed.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.runtime.embedded.cgroup;

import org.jspecify.annotations.NullMarked;
