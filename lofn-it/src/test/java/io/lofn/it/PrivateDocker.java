package io.lofn.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A Docker engine of a test's own, to be killed with all it runs, as by a crash of its node. It
 * lives in namespaces of its own, so nothing of it outlives it, and it does not delete the bridge
 * of another engine, as one without a bridge does; its containers can have no network.
 */
final class PrivateDocker implements PrivateEngine {

  private final Path directory;
  private Daemon daemon;

  PrivateDocker(Path directory) {
    this.directory = directory;
    start();
    load();
  }

  @Override
  public Map<String, String> settings() {
    return Map.of("spark.lofn.runtime", "docker", "spark.lofn.docker.host", address());
  }

  private String address() {
    return "unix://" + socket();
  }

  private Path socket() {
    return directory.resolve("docker.sock");
  }

  @Override
  public void start() {
    daemon =
        Daemon.start(
            directory.resolve("log"),
            Map.of(),
            List.of(
                "unshare",
                "--net",
                "--mount",
                "--pid",
                "--fork",
                "--kill-child",
                "--mount-proc",
                "dockerd",
                "--host=" + address(),
                "--data-root=" + directory.resolve("data"),
                "--exec-root=" + directory.resolve("run"),
                "--pidfile=" + directory.resolve("pid"),
                "--bridge=none",
                "--iptables=false",
                "--ip6tables=false",
                "--ip-masq=false"),
            this::answers);
  }

  private boolean answers() {
    return PrivateEngine.answers(socket());
  }

  private void load() {
    Path archive = directory.resolve("image.tar");
    Engines.run("docker", "save", "-o", archive.toString(), "busybox:1");
    assertThat(Engines.run("docker", "--host", address(), "load", "-q", "-i", archive.toString()))
        .contains("busybox:1");
  }

  @Override
  public List<String> containers() {
    return Engines.run("docker", "--host", address(), "ps", "-a", "-q").lines().toList();
  }

  @Override
  public void die() throws IOException {
    daemon.kill();
    Files.deleteIfExists(directory.resolve("pid"));
    // Not by Java: there are FIFOs, and what opens one waits for ever.
    Engines.run("rm", "-rf", directory.resolve("run").toString());
  }

  @Override
  public void close() {
    daemon.close();
  }
}
