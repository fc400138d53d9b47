package io.lofn.runtime.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.PullPolicy;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ImageArchives;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.PreparedImage;
import io.lofn.spi.RunningContainer;
import io.lofn.spi.RuntimeConfig;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What an executor finds that runs in a container itself: docker's stands in for a pod's and for
 * those of YARN. The programs of the node are mounted into it, its Java among them.
 */
@Timeout(value = 4, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InsideDockerIT {

  private static final String IMAGE = "lofn/debian:12";

  /** On the disk of the container. */
  private static final String PLACE = "/var/tmp/lofn";

  private static final String ARCHIVE = "/lofn/image.tar";

  /** The executor's user. */
  private static final List<String> USERS = List.of("0:0", "65534:65534");

  static Stream<String> users() {
    return USERS.stream();
  }

  @ParameterizedTest
  @MethodSource("users")
  void dockersOwnSeccompProfileIsNamed(String user) throws Exception {
    assertThat(executor(user, List.of()))
        .startsWith("unavailable: ")
        .contains("the seccomp profile", "seccomp=unconfined", "seccompProfile");
  }

  @ParameterizedTest
  @MethodSource("users")
  void pathsOfProcThatAreMaskedAreNamed(String user) throws Exception {
    assertThat(executor(user, OPEN.subList(0, 2)))
        .startsWith("unavailable: ")
        .contains("/proc", "procMount: Unmasked", "systempaths=unconfined")
        .doesNotContain("seccomp=unconfined");
  }

  private static final List<String> OPEN =
      List.of("--security-opt", "seccomp=unconfined", "--security-opt", "systempaths=unconfined");

  @ParameterizedTest
  @MethodSource("users")
  void withoutBothAToolRuns(String user) throws Exception {
    assertThat(executor(user, OPEN)).isEqualTo("available\nran\n");
  }

  private static final List<String> RESTRICTED =
      Stream.concat(
              OPEN.stream(), Stream.of("--cap-drop", "ALL", "--security-opt", "no-new-privileges"))
          .toList();

  /** What the restricted standard of pods asks for. */
  @Test
  void anOrdinaryUserNeedsNeitherCapabilitiesNorNewPrivileges() throws Exception {
    assertThat(executor(USERS.get(1), RESTRICTED)).isEqualTo("available\nran\n");
  }

  /** The kernel lets nobody map the node's root without {@code CAP_SETFCAP}. */
  @Test
  void rootWithoutCapabilitiesIsRefused() throws Exception {
    assertThat(executor(USERS.get(0), RESTRICTED))
        .startsWith("unavailable: ")
        .contains("run the executor as an ordinary user");
  }

  /** What an executor in a container of docker says. */
  private static String executor(String user, List<String> options) throws Exception {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("docker", "run", "--rm", "--network", "none", "--user", user));
    command.addAll(options);
    command.addAll(List.of("-v", "/usr:/usr:ro", "-v", "/etc:/etc:ro"));
    command.addAll(List.of("-v", archive() + ":" + ARCHIVE + ":ro"));
    // Where every user may go, wherever they lie on the node.
    List<String> classPath = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (Files.exists(Path.of(entry))) {
        classPath.add("/lofn/%d-%s".formatted(classPath.size(), Path.of(entry).getFileName()));
        command.addAll(List.of("-v", entry + ":" + classPath.get(classPath.size() - 1) + ":ro"));
      }
    }
    command.add(IMAGE);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-cp", String.join(File.pathSeparator, classPath)));
    command.add(Executor.class.getName());
    Path log = Files.createTempFile("inside-docker", ".log");
    try {
      Process docker = new ProcessBuilder(command).redirectError(log.toFile()).start();
      String output = new String(docker.getInputStream().readAllBytes(), UTF_8);
      assertThat(docker.waitFor()).as(Files.readString(log)).isZero();
      return output;
    } finally {
      Files.delete(log);
    }
  }

  private static Path archive() {
    String directory =
        Objects.requireNonNull(
            System.getenv("LOFN_IMAGE_ARCHIVES"),
            "LOFN_IMAGE_ARCHIVES is not set: eval \"$(dev/engines env)\"");
    return Path.of(directory, "busybox_1.tar");
  }

  /** Says whether it can run a container, and runs one. */
  static final class Executor {

    private Executor() {}

    public static void main(String[] arguments) throws Exception {
      RuntimeConfig config = RuntimeConfig.of(Map.of("dir", PLACE));
      EmbeddedRuntimeProvider provider = new EmbeddedRuntimeProvider();
      Optional<String> reason = provider.unavailableReason(config);
      System.out.println(reason.map(why -> "unavailable: " + why).orElse("available"));
      if (reason.isEmpty()) {
        try (ContainerRuntime runtime = provider.create(config)) {
          ((ImageArchives) runtime).load(Path.of(ARCHIVE), Duration.ofMinutes(1));
          run(runtime);
        }
      }
    }

    private static void run(ContainerRuntime runtime) throws IOException, InterruptedException {
      PreparedImage image = runtime.prepare(ImageRequest.of("busybox:1").policy(PullPolicy.NEVER));
      ContainerSpec spec =
          ContainerSpec.builder("lofn-inside-docker", image.id())
              .command(List.of("sh", "-c", "echo ran"))
              .build();
      try (RunningContainer container = runtime.start(spec)) {
        System.out.write(container.stdout().readAllBytes());
        System.err.write(container.stderr().readAllBytes());
        if (container.await(Duration.ofSeconds(10)).isEmpty()) {
          throw new IllegalStateException("the container does not end");
        }
      }
    }
  }
}
