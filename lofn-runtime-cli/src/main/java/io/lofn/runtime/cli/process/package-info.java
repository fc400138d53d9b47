/**
 * Processes of command-line programs, and their output. Internal to this runtime: its API may
 * change without notice.
 */
@NullMarked
package io.lofn.runtime.cli.process;

import org.jspecify.annotations.NullMarked;
