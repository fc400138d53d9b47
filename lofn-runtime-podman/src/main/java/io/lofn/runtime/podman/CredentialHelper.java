package io.lofn.runtime.podman;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lofn.api.EngineException;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A program that knows credentials, such as {@code docker-credential-ecr-login}. */
final class CredentialHelper {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern NAME = Pattern.compile("\\w[\\w.-]*");
  private static final String TOKEN_USER = "<token>";
  private static final long SECONDS = 30;

  private final String program;

  CredentialHelper(Path program) {
    this.program = program.toString();
  }

  /** The helper that a configuration file names; it is searched in the PATH. */
  static CredentialHelper named(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new EngineException("Not a name of a credential helper: '" + name + "'");
    }
    return new CredentialHelper(Path.of("docker-credential-" + name));
  }

  /** Asks for the credentials for a registry; empty if the program knows none. */
  Optional<Credentials> get(String registry) throws IOException {
    Process process = new ProcessBuilder(program, "get").redirectError(Redirect.DISCARD).start();
    try {
      process.onExit().orTimeout(SECONDS, TimeUnit.SECONDS).exceptionally(late -> end(process));
      try (OutputStream stdin = process.getOutputStream()) {
        stdin.write(registry.getBytes(StandardCharsets.UTF_8));
      }
      byte[] answer = process.getInputStream().readAllBytes();
      return process.waitFor() == 0 ? Optional.of(parse(answer)) : Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException("Interrupted while asking " + program + " for credentials", e);
    } finally {
      process.destroyForcibly();
    }
  }

  private static Process end(Process process) {
    return process.destroyForcibly();
  }

  private static Credentials parse(byte[] answer) throws IOException {
    JsonNode json = JSON.readTree(answer);
    String user = json.path("Username").asText();
    String secret = json.path("Secret").asText();
    return user.equals(TOKEN_USER)
        ? new Credentials("", "", secret)
        : new Credentials(user, secret, "");
  }
}
