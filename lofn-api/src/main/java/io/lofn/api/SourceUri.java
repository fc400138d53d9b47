package io.lofn.api;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;

/** Where data that is staged on nodes comes from, as users write it. */
final class SourceUri {

  private SourceUri() {}

  /**
   * Reads a URI, or an absolute path, which then is a URI without a scheme.
   *
   * @param what whose source it is, for the message
   * @throws IllegalArgumentException if it is neither
   */
  static URI parse(String what, String source) {
    requireNonNull(source, "source is null");
    if (source.startsWith("/")) {
      return withoutScheme(Path.of(source).normalize().toString());
    }
    URI uri = URI.create(source);
    if (uri.getScheme() == null) {
      throw new IllegalArgumentException(
          "%s must be an absolute path or a URI with a scheme, not '%s'".formatted(what, source));
    }
    return uri;
  }

  private static URI withoutScheme(String path) {
    try {
      return new URI(null, null, path, null);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
