package io.lofn.hdfs;

import io.lofn.spi.StagingConfig;
import io.lofn.spi.VolumeStager;
import io.lofn.spi.VolumeStagerProvider;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;

/**
 * Stages volumes from every file system that Hadoop knows: {@code hdfs:}, {@code s3a:}, {@code
 * abfs:}, {@code gs:} and whatever else is on the class path. Found by {@link
 * java.util.ServiceLoader}.
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
    return new HadoopVolumeStager(hadoop, config.directory());
  }
}
