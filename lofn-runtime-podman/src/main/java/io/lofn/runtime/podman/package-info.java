/** Runs containers through podman's REST API (libpod). */
@NullMarked
package io.lofn.runtime.podman;

import org.jspecify.annotations.NullMarked;
