package io.lofn.bench;

import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.PreparedImage;
import io.lofn.spi.RuntimeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** Pulls a large image from a registry of this machine, where no part of it is there yet. */
final class Pull implements Scenario {

  private static final String NAME = "lofn-bench/pull:1";
  private static final int LAYERS = 5;
  private static final int FILES_OF_A_MEBIBYTE = 8;
  private static final double MEBIBYTE = 1 << 20;

  @Override
  public void run(Lab lab) throws Exception {
    Path directory = Files.createTempDirectory("lofn-bench-registry");
    try (LocalRegistry registry = new LocalRegistry(directory)) {
      String image = registry.host() + "/" + NAME;
      push(image, lab.sizes().imageMebibytes);
      Path store = directory.resolve("store");
      LiveHeap heap = new LiveHeap();
      lab.contest("pull")
          .add("docker-pull", () -> Shell.output("docker pull -q " + image))
          .before("docker-pull", () -> removeImage(image))
          .add("embedded-pull", () -> heap.during(() -> pull(image, registry.host(), store)))
          .before("embedded-pull", () -> Unpack.delete(store))
          .run(lab.sizes().rounds)
          .ratio("embedded/docker-pull", "embedded-pull", "docker-pull");
      lab.report(new Row("pull", "embedded-pull", "heap-growth", heap.growth() / MEBIBYTE, "MiB"));
      removeImage(image);
    } finally {
      Unpack.delete(directory);
    }
  }

  private static void pull(String image, String registry, Path store) {
    ContainerRuntime runtime =
        Unpack.embedded()
            .create(
                RuntimeConfig.of(Map.of("dir", store.toString(), "insecureRegistries", registry)));
    try {
      PreparedImage unused =
          runtime.prepare(ImageRequest.of(image).pullTimeout(Duration.ofHours(1)));
    } finally {
      runtime.close();
    }
  }

  private static void removeImage(String image) throws IOException, InterruptedException {
    String unused = Shell.output("docker rmi -f " + image + " >/dev/null 2>&1 || true");
  }

  /**
   * Pushes an image of layers with many files, each one half random bytes and one half text, so
   * that gzip halves them.
   */
  private static void push(String image, int mebibytes) throws IOException, InterruptedException {
    int files = mebibytes * FILES_OF_A_MEBIBYTE / LAYERS;
    String write =
        "mkdir -p /data/$0; for i in $(seq 1 %d); do { head -c %2$d /dev/urandom; seq $i 99999 | head -c %2$d; } >/data/$0/$i; done"
            .formatted(files, (1 << 20) / FILES_OF_A_MEBIBYTE);
    String from = Lab.IMAGE;
    try {
      for (int layer = 1; layer <= LAYERS; layer++) {
        String container =
            Shell.output("docker create %s sh -c '%s' %d".formatted(from, write, layer)).strip();
        String unused =
            Shell.output(
                "docker start -a %1$s && docker commit %1$s %2$s && docker rm %1$s"
                    .formatted(container, image));
        from = image;
      }
      String unused = Shell.output("docker push -q " + image);
    } finally {
      removeImage(image);
    }
  }
}
