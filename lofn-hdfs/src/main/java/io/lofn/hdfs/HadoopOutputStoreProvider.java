package io.lofn.hdfs;

import io.lofn.spi.OutputStore;
import io.lofn.spi.OutputStoreProvider;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/**
 * Stores binary outputs on every file system that Hadoop supports, local ones included. Found by
 * {@link java.util.ServiceLoader}.
 */
public final class HadoopOutputStoreProvider implements OutputStoreProvider {

  /** For ServiceLoader. */
  public HadoopOutputStoreProvider() {}

  @Override
  public OutputStore create(Map<String, String> hadoop) {
    Configuration configuration = new Configuration();
    hadoop.forEach(configuration::set);
    return new HadoopOutputStore(configuration);
  }
}
