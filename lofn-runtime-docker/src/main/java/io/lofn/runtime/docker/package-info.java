/** Runs containers through the Docker Engine API. */
@NullMarked
package io.lofn.runtime.docker;

import org.jspecify.annotations.NullMarked;
