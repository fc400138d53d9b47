/**
 * The programs that this process starts, and what they say. Internal to this runtime: it promises
 * nothing to users.
 */
@NullMarked
package io.lofn.runtime.cli.process;

import org.jspecify.annotations.NullMarked;
