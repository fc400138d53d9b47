package io.lofn.it;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An engine as its own program sees it, which is not lofn's way. */
interface TestEngine extends TestNode {

  /** Where it listens. */
  Path socket();

  /** Its own command line, up to the name of a command. */
  List<String> command();

  @Override
  default Map<String, String> settings() {
    return settings(socket());
  }

  /** What makes lofn look for it on another socket. */
  default Map<String, String> settings(Path socket) {
    return Map.of(
        "spark.lofn.runtime",
        runtime(),
        runtime().equals("docker") ? "spark.lofn.docker.host" : "spark.lofn.podman.socket",
        "unix://" + socket);
  }

  /** What a command of its command line prints; fails unless it ends well. */
  default String run(String... arguments) {
    List<String> all = new ArrayList<>(command());
    all.addAll(List.of(arguments));
    return Engines.run(all.toArray(String[]::new));
  }

  @Override
  default List<String> containers(String label) {
    return run("ps", "-a", "-q", "--no-trunc", "--filter", "label=" + label).lines().toList();
  }

  @Override
  default void remove(String container) {
    run("rm", "-f", container);
  }

  /** The engine of this machine that {@code dev/engines} has brought up. */
  static TestEngine ofThisMachine(String runtime) {
    Path socket =
        Path.of(
            runtime.equals("docker")
                ? "/var/run/docker.sock"
                : System.getenv().getOrDefault("LOFN_PODMAN_SOCKET", "/run/podman/podman.sock"));
    return new TestEngine() {
      @Override
      public String runtime() {
        return runtime;
      }

      @Override
      public Path socket() {
        return socket;
      }

      @Override
      public List<String> command() {
        return List.of(runtime);
      }
    };
  }
}
