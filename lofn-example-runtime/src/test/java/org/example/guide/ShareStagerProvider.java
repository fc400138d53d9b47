package org.example.guide;

import io.lofn.api.StagingException;
import io.lofn.spi.StagedVolume;
import io.lofn.spi.StagingConfig;
import io.lofn.spi.VolumeStager;
import io.lofn.spi.VolumeStagerProvider;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** Volumes of a file share that all nodes mount at one place: {@code share:/genomes/hg38}. */
public final class ShareStagerProvider implements VolumeStagerProvider {

  /** Creates the provider; does no work. */
  public ShareStagerProvider() {}

  @Override
  public Set<String> schemes() {
    return Set.of("share");
  }

  @Override
  public VolumeStager create(StagingConfig config) {
    return new ShareStager(Path.of(config.hadoop().getOrDefault("share.mount", "/mnt/share")));
  }

  private record ShareStager(Path mount) implements VolumeStager {

    @Override
    public StagedVolume stage(URI source) {
      Path path = mount.resolve(source.getPath().substring(1)).normalize();
      if (!path.startsWith(mount) || !Files.exists(path)) {
        throw new StagingException("The volume %s is not on %s".formatted(source, mount));
      }
      return new Shared(path);
    }

    @Override
    public void close() {}
  }

  private record Shared(Path path) implements StagedVolume {

    @Override
    public void close() {
      // Nothing was copied, so nothing is to be let go.
    }
  }
}
