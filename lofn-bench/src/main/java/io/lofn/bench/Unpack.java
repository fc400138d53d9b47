package io.lofn.bench;

import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerRuntimeProvider;
import io.lofn.spi.ImageArchives;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.PreparedImage;
import io.lofn.spi.RuntimeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.ServiceLoader;

/**
 * Makes the images of a large archive usable, where no part of them is there yet; and the same
 * image on a node that finds it in a store which another node has filled from a registry.
 */
final class Unpack implements Scenario {

  private static final String IMAGE = "lofn-bench-archive:1";
  private static final int FILES_OF_A_MEBIBYTE = 8;
  private static final double MEBIBYTE = 1 << 20;

  @Override
  public void run(Lab lab) throws Exception {
    Path directory = Files.createTempDirectory("lofn-bench-archive");
    try {
      Path archive = makeArchive(directory, lab.sizes().archiveMebibytes);
      Path store = directory.resolve("store");
      LiveHeap heap = new LiveHeap();
      lab.contest("unpack")
          .add("docker-load", () -> Shell.output("docker load -i " + archive))
          .before("docker-load", Unpack::removeImage)
          .add("embedded-load", () -> heap.during(() -> load(archive, store)))
          .before("embedded-load", () -> delete(store))
          .run(lab.sizes().rounds)
          .ratio("embedded/docker-load", "embedded-load", "docker-load");
      lab.report(
          new Row("unpack", "embedded-load", "heap-growth", heap.growth() / MEBIBYTE, "MiB"));
      removeImage();
      share(lab, archive, directory);
    } finally {
      removeImage();
      delete(directory);
    }
  }

  /** Without docker, which writes its own copy to the disk meanwhile. */
  private static void share(Lab lab, Path archive, Path directory) throws Exception {
    Path node = directory.resolve("node");
    Path shared = directory.resolve("shared");
    try (ArchiveRegistry registry = ArchiveRegistry.of(archive, directory.resolve("files"))) {
      pull(registry, node, shared);
      int filled = registry.requests();
      lab.contest("unpack")
          .add("node-load", () -> load(archive, node))
          .before("node-load", () -> delete(node))
          .add("second-node", () -> pull(registry, node, shared))
          .before("second-node", () -> delete(node))
          .run(lab.sizes().rounds)
          .ratio("second-node/node-load", "second-node", "node-load");
      int more = registry.requests() - filled;
      lab.report(new Row("unpack", "first-node", "requests", filled, "requests"));
      lab.report(new Row("unpack", "second-node", "requests", more, "requests"));
      if (more > 0) {
        throw new IllegalStateException(
            "Nodes that found the image in the shared store asked the registry %d times"
                .formatted(more));
      }
    }
  }

  private static void pull(ArchiveRegistry registry, Path node, Path shared) {
    Map<String, String> settings =
        Map.of(
            "dir",
            node.toString(),
            "store",
            shared.toString(),
            "insecureRegistries",
            registry.host());
    ContainerRuntime runtime = embedded().create(RuntimeConfig.of(settings));
    try {
      PreparedImage unused = runtime.prepare(ImageRequest.of(registry.image()));
    } finally {
      runtime.close();
    }
  }

  private static void load(Path archive, Path store) {
    ContainerRuntime runtime = embedded().create(RuntimeConfig.of(Map.of("dir", store.toString())));
    try {
      ((ImageArchives) runtime).load(archive, Duration.ofHours(1));
    } finally {
      runtime.close();
    }
  }

  static ContainerRuntimeProvider embedded() {
    return ServiceLoader.load(ContainerRuntimeProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(provider -> provider.name().equals(Lab.EMBEDDED))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("This build has no runtime " + Lab.EMBEDDED));
  }

  static void delete(Path directory) throws IOException, InterruptedException {
    String unused =
        Shell.output("chmod -R u+rwX %1$s 2>/dev/null; rm -rf %1$s".formatted(directory));
  }

  private static void removeImage() throws IOException, InterruptedException {
    String unused = Shell.output("docker rmi -f " + IMAGE);
  }

  /** Makes an archive of one large layer, of files with random bytes, above a small one. */
  private static Path makeArchive(Path directory, int mebibytes)
      throws IOException, InterruptedException {
    Path archive = directory.resolve("archive.tar");
    String write =
        "mkdir /data; for i in $(seq 1 %d); do head -c %d /dev/urandom >/data/$i; done"
            .formatted(mebibytes * FILES_OF_A_MEBIBYTE, (1 << 20) / FILES_OF_A_MEBIBYTE);
    String container = Shell.output("docker create %s sh -c '%s'".formatted(Lab.IMAGE, write));
    String id = container.strip();
    try {
      String unused =
          Shell.output(
              "docker start -a %1$s && docker commit %1$s %2$s && docker save -o %3$s %2$s"
                  .formatted(id, IMAGE, archive));
    } finally {
      String unused = Shell.output("docker rm -f " + id);
    }
    return archive;
  }
}
