package io.lofn.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lofn.api.EngineException;
import io.lofn.api.Printable;
import io.lofn.http.HelperProcess.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A program that knows credentials, such as {@code docker-credential-ecr-login}. One that does not
 * answer as it should is passed over with a warning, as docker does: the pull goes on without its
 * credentials.
 */
final class CredentialHelper {

  private static final Logger LOG = LoggerFactory.getLogger(CredentialHelper.class);

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern NAME = Pattern.compile("\\w[\\w.-]*");
  private static final String TOKEN_USER = "<token>";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int LONGEST_LINE = 200;

  private final String program;
  private final Duration atMost;
  private final Consumer<String> warnings;

  CredentialHelper(Path program, Duration atMost, Consumer<String> warnings) {
    this.program = program.toString();
    this.atMost = atMost;
    this.warnings = warnings;
  }

  /**
   * Asks the helper that a configuration names for a registry, if it names one.
   *
   * @param config as docker and podman store it
   * @param names of the registry, as the configuration may spell it
   * @param address as the helper knows it
   * @return empty if there is no helper, or it tells no credentials
   * @throws EngineException if the helper has no proper name
   */
  static Optional<Credentials> ask(JsonNode config, List<String> names, String address) {
    JsonNode own =
        names.stream()
            .map(name -> config.path("credHelpers").path(name))
            .filter(JsonNode::isTextual)
            .findFirst()
            .orElse(config.path("credsStore"));
    return own.isTextual() && !own.asText().isEmpty()
        ? named(own.asText()).get(address)
        : Optional.empty();
  }

  /** The helper of this name; it is searched in the PATH. */
  private static CredentialHelper named(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new EngineException("Not a name of a credential helper: '" + name + "'");
    }
    return new CredentialHelper(
        Path.of("docker-credential-" + name), PATIENCE, warning -> LOG.warn("{}", warning));
  }

  /** Asks for the credentials for a registry; empty if the program tells none. */
  Optional<Credentials> get(String registry) {
    try {
      Answer answer = HelperProcess.ask(List.of(program, "get"), registry.getBytes(UTF_8), atMost);
      return switch (answer.end()) {
        case TOO_LATE ->
            passedOver(registry, "did not answer within %s and was killed".formatted(said(atMost)));
        case TOO_MUCH -> passedOver(registry, "wrote more than 1 MiB and was killed");
        case EXITED ->
            answer.code() == 0
                ? parse(registry, answer.output())
                : failed(registry, answer.code(), answer.output());
      };
    } catch (IOException e) {
      return passedOver(
          registry, "cannot be started, is it in the PATH? (%s)".formatted(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException("Interrupted while asking " + program + " for credentials", e);
    }
  }

  private Optional<Credentials> failed(String registry, int code, String output) {
    // That is how helpers say that they know the registry and have nothing for it.
    if (output.isBlank() || output.toLowerCase(Locale.ROOT).contains("credentials not found")) {
      return Optional.empty();
    }
    String line = output.strip().lines().findFirst().orElse("");
    String start = line.length() > LONGEST_LINE ? line.substring(0, LONGEST_LINE) + "..." : line;
    return passedOver(registry, "ended with exit code " + code + ": " + Printable.line(start));
  }

  /** What it wrote is not repeated: it may be the secret. */
  private Optional<Credentials> parse(String registry, String answer) {
    JsonNode json;
    try {
      json = JSON.readTree(answer);
    } catch (JsonProcessingException e) {
      return passedOver(registry, "did not write JSON, or something before it");
    }
    String user = json.path("Username").asText();
    String secret = json.path("Secret").asText();
    if (secret.isEmpty()) {
      return user.isEmpty() && json.isObject()
          ? Optional.empty()
          : passedOver(registry, "wrote no 'Secret'");
    }
    return Optional.of(
        user.equals(TOKEN_USER)
            ? new Credentials("", "", secret)
            : new Credentials(user, secret, ""));
  }

  private Optional<Credentials> passedOver(String registry, String why) {
    warnings.accept(
        "The credential helper %s gave no credentials for %s: it %s. lofn goes on without it; to see what it does, run: echo %s | %s get"
            .formatted(program, registry, why, registry, program));
    return Optional.empty();
  }

  private static String said(Duration time) {
    return EngineErrors.seconds(time);
  }
}
