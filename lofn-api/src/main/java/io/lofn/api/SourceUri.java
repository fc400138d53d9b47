package io.lofn.api;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;

/** Parses the sources of data that is staged on nodes. */
final class SourceUri {

  private SourceUri() {}

  /**
   * Parses a URI or an absolute path, which becomes a URI without a scheme.
   *
   * @param what the owner of the source, for the message
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

  /**
   * The text that {@link #parse} makes this source of: a path without a scheme is as it is named.
   */
  static String text(URI source) {
    return source.getScheme() == null ? source.getPath() : source.toString();
  }

  private static URI withoutScheme(String path) {
    try {
      return new URI(null, null, path, null);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
