package io.lofn.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;

/** Debian's docker-registry on a port of this machine, by HTTP. */
final class LocalRegistry implements AutoCloseable {

  private final int port;
  private final Process process;

  /** Starts a registry that keeps its files in a directory, and waits until it serves. */
  LocalRegistry(Path directory) throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Path config =
        Files.writeString(
            directory.resolve("config.yml"),
            """
            version: 0.1
            log: {level: error, accesslog: {disabled: true}}
            storage: {filesystem: {rootdirectory: '%s'}}
            http: {addr: '%s', secret: lofn}
            """
                .formatted(directory.resolve("data"), host()));
    Path log = directory.resolve("log");
    process =
        new ProcessBuilder("docker-registry", "serve", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    while (!serves()) {
      if (!process.isAlive()) {
        throw new IOException("docker-registry has ended: " + Files.readString(log));
      }
    }
  }

  /** Returns what names of images begin with. */
  String host() {
    return "127.0.0.1:" + port;
  }

  private boolean serves() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
