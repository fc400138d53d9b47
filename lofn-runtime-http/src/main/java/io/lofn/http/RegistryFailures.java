package io.lofn.http;

import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.spi.ImageReference;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Tells a registry's lasting answers from failures that may pass. */
public final class RegistryFailures {

  /** What engines say, in lower case, when asking again would not help. */
  private static final List<String> UNAVAILABLE =
      List.of(
          "not found",
          "manifest unknown",
          "name unknown",
          "does not exist",
          "denied",
          "unauthorized",
          "authentication required",
          "no basic auth credentials",
          "no matching manifest",
          "no such host",
          "x509",
          "invalid reference format");

  private static final List<String> REFUSED =
      List.of("denied", "unauthorized", "authentication", "no basic auth");

  private final String login;
  private final Path file;

  /**
   * @param login the command that stores credentials, such as {@code docker login}
   * @param file where it stores them
   */
  public RegistryFailures(String login, Path file) {
    this.login = login;
    this.file = file;
  }

  /** What an engine says of a registry, as an exception of the right kind, with a hint. */
  public EngineException explain(ImageReference image, EngineException failure) {
    String answer =
        String.valueOf(failure.getMessage())
            .replace(image.repository(), "")
            .toLowerCase(Locale.ROOT);
    if (UNAVAILABLE.stream().noneMatch(answer::contains)) {
      return failure;
    }
    String hint =
        REFUSED.stream().anyMatch(answer::contains)
            ? ". If it exists and is private, '" + login + "' stores credentials in " + file
            : ". Check its name; where no registry can be reached, load it on every node";
    return new ImageUnavailableException(failure.getMessage() + hint, failure);
  }
}
