/**
 * Runs containers through the command line of an engine, or of a program that needs none. The
 * packages below this one are, in the order of their dependencies, {@code process} and {@code
 * dialect}, {@code image}, {@code engine} and {@code runner}; only the provider is for other
 * modules.
 */
@NullMarked
package io.lofn.runtime.cli;

import org.jspecify.annotations.NullMarked;
