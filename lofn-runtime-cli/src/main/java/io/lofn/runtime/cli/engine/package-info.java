/** Containers that an engine keeps. Internal to this runtime: it promises nothing to users. */
@NullMarked
package io.lofn.runtime.cli.engine;

import org.jspecify.annotations.NullMarked;
