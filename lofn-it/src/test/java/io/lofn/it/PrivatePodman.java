package io.lofn.it;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A service of podman of a test's own, with a store of its own. Its containers outlive it, as
 * podman's do: each has a monitor, and the service is only one way to speak of them.
 */
final class PrivatePodman implements PrivateEngine {

  private final Path directory;
  private Daemon daemon;

  PrivatePodman(Path directory) {
    this.directory = directory;
  }

  @Override
  public String runtime() {
    return "podman";
  }

  @Override
  public Path socket() {
    return directory.resolve("podman.sock");
  }

  @Override
  public List<String> command() {
    return List.of(
        "podman", "--root=" + directory.resolve("data"), "--runroot=" + directory.resolve("run"));
  }

  @Override
  public void start() {
    daemon =
        Daemon.start(
            directory.resolve("log"),
            Map.of(),
            List.of(
                "podman",
                "--root=" + directory.resolve("data"),
                "--runroot=" + directory.resolve("run"),
                "system",
                "service",
                "--time=0",
                "unix://" + socket()),
            this::answers);
  }

  @Override
  public void stop() {
    daemon.close();
  }

  @Override
  public void die() {
    daemon.kill();
  }

  @Override
  public void freeze() {
    daemon.signal("STOP");
  }

  @Override
  public void thaw() {
    daemon.signal("CONT");
  }

  @Override
  public void close() {
    daemon.kill();
    run("rm", "-f", "-a", "-t", "0");
    // Its store is a mount of its own, which a container's monitor may hold for a moment more.
    Engines.run(
        "sh",
        "-c",
        "awk -v d=\"$0/\" 'index($2, d) == 1 {print $2}' /proc/mounts | sort -r | xargs -r umount -l",
        directory.toString());
  }
}
