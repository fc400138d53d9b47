/**
 * Containers that are child processes of this one. Internal to this runtime: its API may change
 * without notice.
 */
@NullMarked
package io.lofn.runtime.cli.runner;

import org.jspecify.annotations.NullMarked;
