package io.lofn.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lofn.api.EngineException;
import io.lofn.http.HelperProcess.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/** A program that knows credentials, such as {@code docker-credential-ecr-login}. */
public final class CredentialHelper {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern NAME = Pattern.compile("\\w[\\w.-]*");
  private static final String TOKEN_USER = "<token>";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final String program;
  private final Duration atMost;

  CredentialHelper(Path program) {
    this(program, PATIENCE);
  }

  CredentialHelper(Path program, Duration atMost) {
    this.program = program.toString();
    this.atMost = atMost;
  }

  /**
   * Asks the helper that a configuration names for a registry, if it names one.
   *
   * @param configuration JSON as docker and podman store it
   * @param registry as the configuration names it
   * @param address as the helper knows it
   * @return empty if there is no helper, or it knows no credentials
   * @throws EngineException if it takes too long, or has no proper name
   */
  public static Optional<Credentials> ask(byte[] configuration, String registry, String address)
      throws IOException {
    JsonNode config = JSON.readTree(configuration);
    JsonNode own = config.path("credHelpers").path(registry);
    JsonNode named = own.isTextual() ? own : config.path("credsStore");
    return named.isTextual() && !named.asText().isEmpty()
        ? named(named.asText()).get(address)
        : Optional.empty();
  }

  /** The helper of this name; it is searched in the PATH. */
  private static CredentialHelper named(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new EngineException("Not a name of a credential helper: '" + name + "'");
    }
    return new CredentialHelper(Path.of("docker-credential-" + name));
  }

  /**
   * Asks for the credentials for a registry; empty if the program knows none.
   *
   * @throws EngineException if it takes too long
   */
  Optional<Credentials> get(String registry) throws IOException {
    try {
      Optional<Answer> answer =
          HelperProcess.ask(List.of(program, "get"), registry.getBytes(UTF_8), atMost);
      if (answer.isEmpty()) {
        throw EngineException.transientFailure(
            "%s did not tell the credentials for %s within %s and was killed"
                .formatted(program, registry, atMost),
            new TimeoutException(program));
      }
      return answer.get().code() == 0
          ? Optional.of(parse(answer.get().output()))
          : Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException("Interrupted while asking " + program + " for credentials", e);
    }
  }

  private static Credentials parse(String answer) throws IOException {
    JsonNode json = JSON.readTree(answer);
    String user = json.path("Username").asText();
    String secret = json.path("Secret").asText();
    return user.equals(TOKEN_USER)
        ? new Credentials("", "", secret)
        : new Credentials(user, secret, "");
  }
}
