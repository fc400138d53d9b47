package io.lofn.runtime.docker;

import io.lofn.http.NodeUser;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLException;

/**
 * Explains why an engine cannot be reached. Checks the socket's file, since the messages of the
 * system are in the system's language.
 */
final class ConnectFailure {

  private ConnectFailure() {}

  static String explain(EngineAddress address, IOException failure) {
    if (isDenied(address)) {
      return denied(address, NodeUser.name());
    }
    if (isMissing(address)) {
      return "there is no socket at "
          + address.socketPath()
          + ". Start the engine, or set DOCKER_HOST or spark.lofn.docker.host";
    }
    if (failure instanceof ConnectException) {
      return "connection refused. Start the engine, or set DOCKER_HOST or spark.lofn.docker.host";
    }
    if (failure instanceof SSLException) {
      return "TLS failed: "
          + failure.getMessage()
          + ". Check DOCKER_CERT_PATH or spark.lofn.docker.cert.path";
    }
    if (failure instanceof UnknownHostException) {
      return "unknown host " + address.uri().getHost();
    }
    return "the connection broke: " + failure;
  }

  static String denied(EngineAddress address, String user) {
    return "permission denied on "
        + address.socketPath()
        + ". Add the user "
        + user
        + " to the socket's group, usually 'docker', and restart the processes";
  }

  static boolean isDenied(EngineAddress address) {
    return address.isUnix() && !isMissing(address) && !Files.isWritable(socket(address));
  }

  private static boolean isMissing(EngineAddress address) {
    return address.isUnix() && Files.notExists(socket(address));
  }

  private static Path socket(EngineAddress address) {
    return Path.of(address.socketPath());
  }
}
