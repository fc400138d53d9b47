/**
 * Images of programs without an engine, which are directories and files of the node. Internal to
 * this runtime: its API may change without notice.
 */
@NullMarked
package io.lofn.runtime.cli.image;

import org.jspecify.annotations.NullMarked;
