package io.lofn.it;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A Docker engine of a test's own. When it dies, all it runs dies, as by a crash of its node. It
 * lives in namespaces of its own, so nothing of it outlives it, and it does not delete the bridge
 * of another engine, as one without a bridge does; its containers can have no network.
 */
final class PrivateDocker implements PrivateEngine {

  private final Path directory;
  private Daemon daemon;

  PrivateDocker(Path directory) {
    this.directory = directory;
  }

  @Override
  public String runtime() {
    return "docker";
  }

  @Override
  public Path socket() {
    return directory.resolve("docker.sock");
  }

  @Override
  public List<String> command() {
    return List.of("docker", "--host", "unix://" + socket());
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
                "--host=unix://" + socket(),
                "--data-root=" + directory.resolve("data"),
                "--exec-root=" + directory.resolve("run"),
                "--pidfile=" + directory.resolve("pid"),
                "--bridge=none",
                "--iptables=false",
                "--ip6tables=false",
                "--ip-masq=false"),
            this::answers);
  }

  @Override
  public void stop() {
    daemon.signalChild("TERM");
    daemon.awaitEnd();
    forget();
  }

  @Override
  public void die() {
    daemon.killChild();
    forget();
  }

  /** What a boot of the node would forget, too. */
  private void forget() {
    // Not by Java: there are FIFOs, and what opens one waits for ever.
    Engines.run(
        "rm", "-rf", directory.resolve("run").toString(), directory.resolve("pid").toString());
  }

  @Override
  public void freeze() {
    daemon.signalChild("STOP");
  }

  @Override
  public void thaw() {
    daemon.signalChild("CONT");
  }

  @Override
  public void close() {
    daemon.killChild();
  }
}
