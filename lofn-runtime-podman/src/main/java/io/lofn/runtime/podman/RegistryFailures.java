package io.lofn.runtime.podman;

import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.spi.ImageReference;
import java.util.List;
import java.util.Locale;

/** Tells a registry's lasting answers from failures that may pass. */
final class RegistryFailures {

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

  private final RegistryCredentials credentials;

  RegistryFailures(RegistryCredentials credentials) {
    this.credentials = credentials;
  }

  /** What an engine says of a registry, as an exception of the right kind, with a hint. */
  EngineException explain(ImageReference image, EngineException failure) {
    String answer =
        String.valueOf(failure.getMessage())
            .replace(image.repository(), "")
            .toLowerCase(Locale.ROOT);
    if (UNAVAILABLE.stream().noneMatch(answer::contains)) {
      return failure;
    }
    String hint =
        REFUSED.stream().anyMatch(answer::contains)
            ? ". If it exists and is private, 'podman login' stores credentials in "
                + credentials.file()
            : ". Check its name; where no registry can be reached, load it on every node";
    return new ImageUnavailableException(failure.getMessage() + hint, failure);
  }
}
