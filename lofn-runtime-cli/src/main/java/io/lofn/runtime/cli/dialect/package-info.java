/**
 * The dialects: the command-line options of each program. Internal to this runtime: its API may
 * change without notice.
 */
@NullMarked
package io.lofn.runtime.cli.dialect;

import org.jspecify.annotations.NullMarked;
