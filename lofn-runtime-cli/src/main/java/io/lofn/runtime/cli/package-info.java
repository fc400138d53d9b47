/** Containers through the command line of an engine. */
@NullMarked
package io.lofn.runtime.cli;

import org.jspecify.annotations.NullMarked;
