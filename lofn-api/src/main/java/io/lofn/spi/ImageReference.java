package io.lofn.spi;

import io.lofn.api.ImageUnavailableException;
import io.lofn.api.Printable;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The parsed name of an image. It always has a tag or digest: without one, engines would pull every
 * tag of a repository.
 *
 * @param repository the repository, with the registry if that was given
 * @param tagOrDigest the digest if both were given, {@code latest} if neither was
 * @param registry host and port; {@code docker.io} unless given
 * @param isId whether it is an engine's id of an image, which is unknown to registries
 */
public record ImageReference(String repository, String tagOrDigest, String registry, boolean isId) {

  /** The registry of names without one. */
  public static final String DOCKER_HUB = "docker.io";

  private static final Pattern ID = Pattern.compile("(?:sha256:)?[0-9a-f]{64}");

  private static final String HOST = "(?:[a-zA-Z0-9][a-zA-Z0-9.-]*|\\[[0-9a-fA-F:]+])(?::[0-9]+)?";
  private static final String WORD = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
  private static final Pattern NAME =
      Pattern.compile(
          ("(?<repository>(?:(?<host>%s)/)?%s(?:/%s)*)"
                  + "(?::(?<tag>\\w[\\w.-]{0,127}))?"
                  + "(?:@(?<digest>[a-zA-Z][\\w+.-]*:[0-9a-fA-F]{32,}))?")
              .formatted(HOST, WORD, WORD));

  /**
   * Parses a name.
   *
   * @param name such as {@code registry.example.org:5000/tools/sort:1}
   * @return its parts
   * @throws ImageUnavailableException if its syntax is wrong
   */
  public static ImageReference parse(String name) {
    if (ID.matcher(name).matches()) {
      return new ImageReference(name, "", "", true);
    }
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      throw new ImageUnavailableException(
          "Not a name of an image: '"
              + Printable.line(name)
              + "'. Write [registry[:port]/]repository[:tag][@digest], the repository in lower"
              + " case");
    }
    String digest = matcher.group("digest");
    String tag = matcher.group("tag");
    return new ImageReference(
        matcher.group("repository"),
        digest != null ? digest : tag != null ? tag : "latest",
        registry(matcher.group("host")),
        false);
  }

  /**
   * Returns whether the name identifies fixed bytes.
   *
   * @return {@code true} for a digest or an id
   */
  public boolean isImmutable() {
    return isId || tagOrDigest.contains(":");
  }

  /** The part before the first slash is a host only if it looks like one. */
  private static String registry(@Nullable String host) {
    boolean isHost =
        host != null
            && (host.contains(".")
                || host.contains(":")
                || host.equals("localhost")
                || !host.equals(host.toLowerCase(Locale.ROOT)));
    return isHost ? host : DOCKER_HUB;
  }
}
