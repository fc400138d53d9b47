package io.lofn.runtime.embedded.store;

import io.lofn.spi.ImageConfig;
import java.nio.file.Path;

/**
 * The unpacked tree of an image. No process deletes it as long as this JVM lives; nobody may write
 * in it.
 *
 * @param root the directory that becomes the root of containers
 * @param config the image's configuration
 */
public record UnpackedRoot(Path root, ImageConfig config) {}
