/** Runs containers through podman's own REST API. */
@NullMarked
package io.lofn.runtime.podman;

import org.jspecify.annotations.NullMarked;
