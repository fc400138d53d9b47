package io.lofn.it;

import java.nio.file.Path;
import java.util.ArrayList;
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
    List<String> service = new ArrayList<>(command());
    service.addAll(List.of("system", "service", "--time=0", "unix://" + socket()));
    daemon = Daemon.start(directory.resolve("log"), Map.of(), service, this::answers);
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
    awaitMonitors();
    // Its store is a mount of its own, which a container's monitor may hold for a moment more.
    Engines.run(
        "sh",
        "-c",
        "awk -v d=\"$0/\" 'index($2, d) == 1 {print $2}' /proc/mounts | sort -r | xargs -r umount -l",
        directory.toString());
  }

  /** Each container's monitor calls podman once more at its end, which mounts the store again. */
  private void awaitMonitors() {
    try {
      Engines.waitUntil(
          "no monitor runs", () -> ProcessHandle.allProcesses().noneMatch(this::serves));
    } catch (InterruptedException e) {
      throw new AssertionError("Interrupted", e);
    }
  }

  private boolean serves(ProcessHandle process) {
    return process.info().commandLine().filter(line -> line.contains(directory + "/")).isPresent();
  }
}
