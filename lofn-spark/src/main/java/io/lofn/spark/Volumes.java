package io.lofn.spark;

import io.lofn.api.LofnException;
import io.lofn.api.StagingException;
import io.lofn.spi.StagedVolume;
import io.lofn.spi.StagingConfig;
import io.lofn.spi.VolumeStager;
import io.lofn.spi.VolumeStagerProvider;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** Stages volumes with the stager that takes the scheme of their source. */
final class Volumes implements AutoCloseable {

  private final Map<String, VolumeStagerProvider> providers = new HashMap<>();
  private final Map<VolumeStagerProvider, VolumeStager> stagers = new ConcurrentHashMap<>();
  private final VolumeStager local = new LocalVolumeStager();
  private final NodeDirectories directories;
  private final HadoopProperties hadoop;

  @Inject
  Volumes(
      Providers<VolumeStagerProvider> discovered,
      NodeDirectories directories,
      HadoopProperties hadoop) {
    this.directories = directories;
    this.hadoop = hadoop;
    for (VolumeStagerProvider provider : discovered.found()) {
      for (String scheme : provider.schemes()) {
        VolumeStagerProvider other = providers.putIfAbsent(scheme, provider);
        if (other != null) {
          throw new LofnException(
              "Two volume stagers take %s: %s and %s; take one of their jars away"
                  .formatted(scheme, other.getClass().getName(), provider.getClass().getName()));
        }
      }
    }
  }

  StagedVolume stage(URI source) {
    return stagerOf(source).stage(source);
  }

  private VolumeStager stagerOf(URI source) {
    String scheme = source.getScheme().toLowerCase(Locale.ROOT);
    if (scheme.equals(LocalVolumeStager.SCHEME)) {
      return local;
    }
    VolumeStagerProvider provider =
        providers.getOrDefault(scheme, providers.get(VolumeStagerProvider.ANY_SCHEME));
    if (provider == null) {
      throw new StagingException(
          "Nothing on the class path stages %s: volumes (found: %s); add a jar such as lofn-hdfs"
              .formatted(scheme, new TreeSet<>(providers.keySet())));
    }
    return stagers.computeIfAbsent(provider, this::create);
  }

  private VolumeStager create(VolumeStagerProvider provider) {
    Path directory = directories.paths().get(0).resolve("lofn-volumes");
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new StagingException("Cannot make the directory " + directory + " for volumes", e);
    }
    return provider.create(new StagingConfig(directory, hadoop.values()));
  }

  @Override
  public void close() {
    stagers.values().forEach(VolumeStager::close);
  }
}
