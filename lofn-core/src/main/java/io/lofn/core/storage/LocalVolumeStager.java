package io.lofn.core.storage;

import io.lofn.api.StagingException;
import io.lofn.spi.StagedVolume;
import io.lofn.spi.VolumeStager;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/** Stages volumes that are a path of every node already: mounts them where they are. */
final class LocalVolumeStager implements VolumeStager {

  static final String SCHEME = "file";

  @Override
  public StagedVolume stage(URI source) {
    Path path = Path.of(source.getPath());
    if (!Files.exists(path)) {
      throw new StagingException(
          "The volume "
              + source
              + " does not exist on this node. A path of the nodes must exist on every node; for another"
              + " file system, write its scheme, such as hdfs:");
    }
    return new StagedVolume() {
      @Override
      public Path path() {
        return path;
      }

      @Override
      public void close() {
        // Nothing was copied.
      }
    };
  }

  @Override
  public void close() {
    // Nothing is held.
  }
}
