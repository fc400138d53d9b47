/** Containers of an engine. Internal to this runtime: its API may change without notice. */
@NullMarked
package io.lofn.runtime.cli.engine;

import org.jspecify.annotations.NullMarked;
