package io.lofn.hdfs;

import io.lofn.api.StagingException;
import io.lofn.spi.StagingConfig;
import io.lofn.spi.VolumeStager;
import io.lofn.spi.VolumeStagerProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;

/**
 * Stages volumes from every Hadoop file system on the class path, such as {@code hdfs:}, {@code
 * s3a:}, {@code abfs:} and {@code gs:}. Found by {@link java.util.ServiceLoader}.
 */
public final class HadoopVolumeStagerProvider implements VolumeStagerProvider {

  /** For ServiceLoader. */
  public HadoopVolumeStagerProvider() {}

  @Override
  public Set<String> schemes() {
    return Set.of(ANY_SCHEME);
  }

  @Override
  public VolumeStager create(StagingConfig config) {
    Configuration hadoop = new Configuration();
    config.hadoop().forEach(hadoop::set);
    Path directory = config.directory();
    CacheSpace.Disk disk = path -> Files.getFileStore(path).getUsableSpace();
    try {
      NodeCache cache =
          new NodeCache(
              directory,
              new CacheSpace(directory, config.maxBytes(), disk),
              config.writeProtected() ? SealedTree.Modes.WRITE_PROTECTED : SealedTree.Modes.USUAL);
      return new HadoopVolumeStager(hadoop, directory, cache);
    } catch (IOException e) {
      throw new StagingException("Could not use " + directory + " for copies of volumes: " + e, e);
    }
  }
}
