package io.lofn.runtime.podman;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A private service of a test, which has the images and the containers of the other services of its
 * user.
 */
final class PrivateService implements AutoCloseable {

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Path socket;
  private final Path log;
  private Process process;

  PrivateService(Path directory) throws Exception {
    socket = directory.resolve("podman.sock");
    log = directory.resolve("podman.log");
    start();
  }

  /** Starts, and waits until it answers. */
  void start() throws Exception {
    Files.deleteIfExists(socket);
    process =
        new ProcessBuilder("podman", "system", "service", "--time=0", "unix://" + socket)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (!answers()) {
      if (!process.isAlive() || System.nanoTime() > end) {
        throw new AssertionError("The service does not start: " + Files.readString(log));
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private boolean answers() {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return channel.connect(UnixDomainSocketAddress.of(socket));
    } catch (IOException notYet) {
      return false;
    }
  }

  String socket() {
    return socket.toString();
  }

  /** Kills it. */
  void die() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** From now on accepts connections but does not answer. */
  void freeze() throws Exception {
    signal("STOP");
  }

  void thaw() throws Exception {
    signal("CONT");
  }

  private void signal(String name) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    if (kill.waitFor() != 0) {
      throw new AssertionError("The service cannot be sent " + name);
    }
  }

  @Override
  public void close() throws InterruptedException {
    die();
  }
}
