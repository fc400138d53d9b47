package io.lofn.core.storage;

import io.lofn.api.LofnException;
import io.lofn.api.StagingException;
import io.lofn.api.Volume;
import io.lofn.core.config.HadoopProperties;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.node.NodeEnvironment;
import io.lofn.core.node.PrivateDirectory;
import io.lofn.core.node.ProcessUser;
import io.lofn.core.runtime.Services;
import io.lofn.spi.ArchiveStager;
import io.lofn.spi.StagedVolume;
import io.lofn.spi.StagingConfig;
import io.lofn.spi.VolumeStager;
import io.lofn.spi.VolumeStagerProvider;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Stages volumes with the stager that supports the scheme of their source. */
public final class VolumeStaging implements AutoCloseable {

  private final Map<String, VolumeStagerProvider> providers = new HashMap<>();
  private final Map<Made, VolumeStager> stagers = new ConcurrentHashMap<>();
  private final VolumeStager local = new LocalVolumeStager();
  private final LofnConfig conf;
  private final NodeEnvironment directories;
  private final HadoopProperties hadoop;

  @Inject
  public VolumeStaging(
      Services<VolumeStagerProvider> discovered,
      LofnConfig conf,
      NodeEnvironment directories,
      HadoopProperties hadoop) {
    this.conf = conf;
    this.directories = directories;
    this.hadoop = hadoop;
    for (VolumeStagerProvider provider : discovered.found()) {
      for (String scheme : provider.schemes()) {
        VolumeStagerProvider other = providers.putIfAbsent(scheme, provider);
        if (other != null) {
          throw new LofnException(
              "Two volume stagers support the scheme '%s': %s and %s; remove one of their jars"
                  .formatted(scheme, other.getClass().getName(), provider.getClass().getName()));
        }
      }
    }
  }

  /** A stager is made for each kind of copies. */
  private record Made(VolumeStagerProvider provider, boolean writeProtected) {}

  /**
   * Stages the volume of a tool.
   *
   * @param writeProtected whether nothing but file modes keeps the tool from writing a copy
   */
  public StagedVolume stage(Volume volume, boolean writeProtected) {
    URI source = qualified(volume.source());
    StagedVolume staged =
        volume.isUnpacked() ? unpack(source, writeProtected) : stage(source, writeProtected);
    if (staged.isShared() && !volume.isReadOnly()) {
      staged.close();
      throw new StagingException(
          "The volume %s is a copy that other tools share, and cannot be read-write; use a path that exists on every node (file:), or let the tool write to its exchange"
              .formatted(volume));
    }
    return staged;
  }

  /** Stages a file or directory as it is. */
  public StagedVolume stage(URI source) {
    return stage(source, false);
  }

  private StagedVolume stage(URI source, boolean writeProtected) {
    URI qualified = qualified(source);
    return schemeOf(qualified).equals(LocalVolumeStager.SCHEME)
        ? local.stage(qualified)
        : inTime(qualified, () -> stagerOf(schemeOf(qualified), writeProtected).stage(qualified));
  }

  private StagedVolume inTime(URI source, Supplier<StagedVolume> staging) {
    return new TimedStaging(source, conf.get(LofnConfig.VOLUMES_TIMEOUT)).call(staging);
  }

  private StagedVolume unpack(URI source, boolean writeProtected) {
    if (stagerOf(schemeOf(source), writeProtected) instanceof ArchiveStager stager) {
      return inTime(source, () -> stager.stageUnpacked(source));
    }
    throw new StagingException(
        "The stager of %s: volumes does not unpack %s".formatted(source.getScheme(), source));
  }

  private URI qualified(URI source) {
    if (source.getScheme() != null) {
      return source;
    }
    String fileSystem = conf.find(LofnConfig.VOLUMES_FILE_SYSTEM).orElse("file:///");
    try {
      URI root = new URI(fileSystem);
      return new URI(root.getScheme(), root.getAuthority(), source.getPath(), null, null);
    } catch (URISyntaxException e) {
      throw new StagingException(
          "%s = '%s' is not a file system: %s"
              .formatted(LofnConfig.VOLUMES_FILE_SYSTEM.name(), fileSystem, e.getMessage()),
          e);
    }
  }

  private static String schemeOf(URI source) {
    return source.getScheme().toLowerCase(Locale.ROOT);
  }

  private VolumeStager stagerOf(String scheme, boolean writeProtected) {
    VolumeStagerProvider provider =
        providers.getOrDefault(scheme, providers.get(VolumeStagerProvider.ANY_SCHEME));
    if (provider == null) {
      throw new StagingException(
          "The class path has no stager for %s: volumes (found: %s); add a jar such as lofn-hdfs"
              .formatted(scheme, new TreeSet<>(providers.keySet())));
    }
    return stagers.computeIfAbsent(new Made(provider, writeProtected), this::create);
  }

  private VolumeStager create(Made stager) {
    Path directory = parent().resolve(ProcessUser.current().own("lofn-volumes"));
    try {
      return stager
          .provider()
          .create(
              new StagingConfig(
                  PrivateDirectory.create(directory),
                  conf.get(LofnConfig.VOLUMES_MAX_SIZE),
                  hadoop.values(),
                  stager.writeProtected()));
    } catch (IOException e) {
      throw new StagingException(
          "Cannot store volumes in %s (%s); set %s to a directory that exists on every node and that the executor may write"
              .formatted(directory, e, LofnConfig.VOLUMES_DIR.name()),
          e);
    }
  }

  private Path parent() {
    return conf.find(LofnConfig.VOLUMES_DIR)
        .map(path -> Path.of(path).toAbsolutePath())
        .orElseGet(
            () -> {
              Path first = directories.paths().get(0);
              return directories.layout().shared(first).orElse(first);
            });
  }

  @Override
  public void close() {
    RuntimeException failure = null;
    for (VolumeStager stager : stagers.values()) {
      try {
        stager.close();
      } catch (RuntimeException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
