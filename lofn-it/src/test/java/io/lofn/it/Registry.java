package io.lofn.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.BindException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/** Debian's docker-registry on a port of this machine, where engines take http for granted. */
final class Registry implements AutoCloseable {

  static final String USER = "lofn";
  static final String PASSWORD = "secret";

  /** Of the password above, by bcrypt. */
  private static final String HASH = "$2b$04$g9j07HnVhEeUCXryrOCEpO..fUGs8jZq3sEKlNOhz3.QMOjzbAE2K";

  /** So many ports has each JVM of tests, all of them below those that Linux gives to clients. */
  private static final int PORTS = 6_000;

  private final Path directory;
  private final int port = freePort();
  private Daemon daemon;

  /** Starts a registry; one with a password if that is asked for. */
  Registry(Path directory, boolean protectedByPassword) throws IOException {
    this.directory = directory;
    String auth =
        protectedByPassword
            ? "auth: {htpasswd: {realm: lofn, path: '%s'}}"
                .formatted(
                    Files.writeString(directory.resolve("htpasswd"), USER + ":" + HASH + "\n"))
            : "";
    Files.writeString(
        directory.resolve("config.yml"),
        """
        version: 0.1
        log: {level: warn}
        storage: {filesystem: {rootdirectory: '%s'}}
        http: {addr: '127.0.0.1:%d', secret: lofn}
        %s
        """
            .formatted(directory.resolve("data"), port, auth));
    start();
  }

  void start() {
    daemon =
        Daemon.start(
            directory.resolve("log"),
            Map.of(),
            List.of("docker-registry", "serve", directory.resolve("config.yml").toString()),
            () -> listens(port));
  }

  void stop() {
    daemon.close();
  }

  /** What names of images begin with. */
  String host() {
    return "127.0.0.1:" + port;
  }

  /**
   * Gives an image of the local docker another name, and pushes it; the local name is gone then.
   */
  String push(String image, String name) throws IOException {
    String there = host() + "/" + name;
    Path login = Files.createDirectories(directory.resolve("login"));
    Files.writeString(login.resolve("config.json"), credentials(PASSWORD));
    Engines.run("docker", "tag", image, there);
    try {
      Engines.run("docker", "--config", login.toString(), "push", "-q", there);
    } finally {
      Engines.exclusivelyOnImages("docker", "rmi", there);
    }
    return there;
  }

  /** What {@code docker login} stores. */
  String credentials(String password) {
    return "{\"auths\": {\"%s\": {\"auth\": \"%s\"}}}"
        .formatted(
            host(), Base64.getEncoder().encodeToString((USER + ":" + password).getBytes(UTF_8)));
  }

  /**
   * The requests so far that read something of a repository. What a push writes does not count: its
   * last request may be noted after one of somebody else's.
   */
  List<String> requests(String repository) {
    awaitLog();
    Pattern read = Pattern.compile("(GET|HEAD) /v2/" + Pattern.quote(repository) + "/");
    return daemon.log().lines().filter(line -> read.matcher(line).find()).toList();
  }

  /** A request is noted when it has been answered, which who asks does not see. */
  private void awaitLog() {
    String last = "/v2/last-" + UUID.randomUUID() + "/tags/list";
    try {
      URLConnection connection = new URL("http://" + host() + last).openConnection();
      assertThat(((HttpURLConnection) connection).getResponseCode()).isPositive();
      Engines.waitUntil("the registry has noted " + last, () -> daemon.log().contains(last));
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      throw new AssertionError("Interrupted", e);
    }
  }

  @Override
  public void close() {
    daemon.close();
  }

  /** One of this JVM's own, which the system gives to no client. */
  static int freePort() {
    int first = 14_000 + PORTS * Forks.number();
    while (true) {
      int port = first + ThreadLocalRandom.current().nextInt(PORTS);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (BindException taken) {
        // Another one.
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  static boolean listens(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }
}
