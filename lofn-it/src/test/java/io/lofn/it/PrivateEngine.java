package io.lofn.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** An engine of a test's own, on a private socket, with the test's image and nothing else. */
interface PrivateEngine extends TestEngine, AutoCloseable {

  /** Ends as its node's administrator ends it. */
  void stop();

  /** Dies without a word. */
  void die();

  /** Is there, and does nothing, until {@link #thaw()}. */
  void freeze();

  void thaw();

  /** Starts again after its end. */
  void start();

  @Override
  void close();

  /** Makes one in a directory, whose name must be short: a socket's path has 107 bytes at most. */
  static PrivateEngine in(Path directory, String runtime) {
    PrivateEngine engine =
        runtime.equals("docker") ? new PrivateDocker(directory) : new PrivatePodman(directory);
    engine.start();
    Path archive = directory.resolve("image.tar");
    Engines.run("docker", "save", "-o", archive.toString(), "busybox:1");
    assertThat(engine.run("load", "-q", "-i", archive.toString())).contains("busybox:1");
    return engine;
  }

  /** Whether somebody listens on its socket. */
  default boolean answers() {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return channel.connect(UnixDomainSocketAddress.of(socket()));
    } catch (IOException e) {
      return false;
    }
  }
}
