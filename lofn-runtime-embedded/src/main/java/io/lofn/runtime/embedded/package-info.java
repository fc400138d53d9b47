/** Containers without an engine: the kernel's namespaces, used by a small program of lofn's own. */
@NullMarked
package io.lofn.runtime.embedded;

import org.jspecify.annotations.NullMarked;
