package io.lofn.runtime.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.ImageUnavailableException;
import io.lofn.api.PullPolicy;
import io.lofn.runtime.embedded.store.DockerRegistry;
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
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
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

  /** Of the password {@code secret}, by bcrypt. */
  private static final String HASH = "$2b$04$g9j07HnVhEeUCXryrOCEpO..fUGs8jZq3sEKlNOhz3.QMOjzbAE2K";

  /** The executor's user. */
  private static final List<String> USERS = List.of("0:0", "65534:65534");

  @TempDir private Path directory;

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

  /**
   * With the volumes of docs/kubernetes.md: a secret with the registry's password, and a directory
   * of the node for images, which belongs to root and is open to all as those of an emptyDir are.
   */
  @Test
  void twoExecutorsPullOnceByAMountedSecretIntoADirectoryOfTheNode() throws Exception {
    Files.writeString(directory.resolve("htpasswd"), "lofn:" + HASH + "\n");
    Path node = Files.createDirectory(directory.resolve("node"));
    Files.setPosixFilePermissions(node, PosixFilePermissions.fromString("rwxrwxrwx"));
    String auth = "auth: {htpasswd: {realm: lofn, path: '%s/htpasswd'}}".formatted(directory);
    try (DockerRegistry registry = new DockerRegistry(directory, "", auth)) {
      Path secret = Files.createDirectory(directory.resolve("secret"));
      Files.writeString(
          secret.resolve("config.json"),
          "{\"auths\":{\"%s\":{\"auth\":\"%s\"}}}"
              .formatted(
                  registry.host(),
                  Base64.getEncoder().encodeToString("lofn:secret".getBytes(UTF_8))));
      String image = registry.host() + "/pods/busybox:1";
      docker("tag", "busybox:1", image);
      docker("--config", secret.toString(), "push", "-q", image);
      docker("rmi", image);
      List<String> options =
          new ArrayList<>(List.of("--network", "host", "-v", node + ":/var/lib/lofn"));
      options.addAll(List.of("-v", secret + ":/var/lib/lofn-registry:ro"));
      options.addAll(RESTRICTED);

      assertThat(executor(USERS.get(1), options, "/var/lib/lofn/embedded", image, registry.host()))
          .startsWith("available\nno image: ")
          .contains("authentication required", "config.json");
      options.addAll(List.of("--env", "DOCKER_CONFIG=/var/lib/lofn-registry"));
      ExecutorService pods = Executors.newFixedThreadPool(2);
      try {
        List<Future<String>> both = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
          both.add(
              pods.submit(
                  () ->
                      executor(
                          USERS.get(1),
                          options,
                          "/var/lib/lofn/embedded",
                          image,
                          registry.host())));
        }
        for (Future<String> each : both) {
          assertThat(each.get()).isEqualTo("available\nran\n");
        }
      } finally {
        pods.shutdownNow();
      }
      assertThat(registry.log().lines())
          .filteredOn(
              line -> line.contains("GET /v2/pods/busybox/blobs/") && line.contains("\" 200 "))
          .as("the configuration and the layer")
          .hasSize(2);
    }
  }

  private static void docker(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("docker"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }

  private static String executor(String user, List<String> options) throws Exception {
    List<String> all = new ArrayList<>(List.of("--network", "none"));
    all.addAll(options);
    return executor(user, all, PLACE);
  }

  /**
   * What an executor in a container of docker says.
   *
   * @param arguments a directory for images, and one that it pulls, with its registry
   */
  private static String executor(String user, List<String> options, String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("docker", "run", "--rm", "--user", user));
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
    command.addAll(List.of(arguments));
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
      Map<String, String> properties = new HashMap<>(Map.of("dir", arguments[0]));
      if (arguments.length > 1) {
        properties.put("insecureRegistries", arguments[2]);
      }
      RuntimeConfig config = RuntimeConfig.of(properties);
      EmbeddedRuntimeProvider provider = new EmbeddedRuntimeProvider();
      Optional<String> reason = provider.unavailableReason(config);
      System.out.println(reason.map(why -> "unavailable: " + why).orElse("available"));
      if (reason.isEmpty()) {
        try (ContainerRuntime runtime = provider.create(config)) {
          run(runtime, image(runtime, arguments));
        } catch (ImageUnavailableException e) {
          System.out.println("no image: " + e.getMessage());
        }
      }
    }

    private static PreparedImage image(ContainerRuntime runtime, String... arguments) {
      if (arguments.length > 1) {
        return runtime.prepare(ImageRequest.of(arguments[1]));
      }
      ((ImageArchives) runtime).load(Path.of(ARCHIVE), Duration.ofMinutes(1));
      return runtime.prepare(ImageRequest.of("busybox:1").policy(PullPolicy.NEVER));
    }

    private static void run(ContainerRuntime runtime, PreparedImage image)
        throws IOException, InterruptedException {
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
