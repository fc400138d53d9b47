package io.lofn.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lofn.api.ContainerSettings;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerRuntimeProvider;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.RunningContainer;
import io.lofn.spi.RuntimeConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How long one run in a container of its own takes, beside what podman's API takes by itself. The
 * two take turns, so that what else goes on meets both.
 */
@Command(name = "cold", description = "Runs short tools, each in a container of its own.")
final class ColdBench implements Callable<Integer> {

  private static final String IMAGE = "busybox:1";
  private static final String SCRIPT = "echo ran";
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final int WARM_UPS = 5;
  private static final long NANOS_PER_MILLI = 1_000_000;

  @Option(
      names = "--runs",
      defaultValue = "30",
      description = "how often each is measured (default: ${DEFAULT-VALUE})")
  private int runs;

  @Option(
      names = "--socket",
      defaultValue = "${env:LOFN_PODMAN_SOCKET:-/run/podman/podman.sock}",
      description = "the socket of podman's service (default: ${DEFAULT-VALUE})")
  private String socket;

  @Option(names = "--help", usageHelp = true, description = "print this and exit")
  @SuppressWarnings("UnusedVariable") // picocli asks for it by its annotation
  private boolean help;

  public static void main(String[] args) {
    System.exit(new CommandLine(new ColdBench()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    List<Long> floor = new ArrayList<>();
    List<Long> lofn = new ArrayList<>();
    try (ContainerRuntime runtime = provider().create(RuntimeConfig.of(Map.of("socket", socket)));
        LibpodFloor api = new LibpodFloor(socket)) {
      String image = runtime.prepare(ImageRequest.of(IMAGE)).id();
      for (int run = -WARM_UPS; run < runs; run++) {
        long begin = System.nanoTime();
        check(api.run(image, SCRIPT));
        long middle = System.nanoTime();
        check(output(runtime, image));
        long end = System.nanoTime();
        if (run >= 0) {
          floor.add(middle - begin);
          lofn.add(end - middle);
        }
      }
    }
    System.out.println(Row.HEADER);
    System.out.println(new Row("cold", "podman-api", "median", median(floor), "ms"));
    System.out.println(new Row("cold", "lofn-runtime-podman", "median", median(lofn), "ms"));
    return 0;
  }

  private static ContainerRuntimeProvider provider() {
    return ServiceLoader.load(ContainerRuntimeProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(provider -> provider.name().equals("podman"))
        .findFirst()
        .orElseThrow();
  }

  private static String output(ContainerRuntime runtime, String image) throws Exception {
    ContainerSpec spec =
        ContainerSpec.builder("lofn-bench-" + UUID.randomUUID(), image)
            .settings(ContainerSettings.defaults())
            .command(List.of("sh", "-c", SCRIPT))
            .build();
    try (RunningContainer container = runtime.start(spec)) {
      String output = new String(container.stdout().readAllBytes(), UTF_8);
      if (container.await(LIMIT).isEmpty()) {
        throw new IllegalStateException("A container did not end within " + LIMIT);
      }
      return output;
    }
  }

  private static void check(String output) {
    if (!output.contains("ran")) {
      throw new IllegalStateException("The tool printed '" + output + "'");
    }
  }

  private static long median(List<Long> nanos) {
    Collections.sort(nanos);
    return nanos.get(nanos.size() / 2) / NANOS_PER_MILLI;
  }
}
