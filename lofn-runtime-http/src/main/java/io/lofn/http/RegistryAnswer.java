package io.lofn.http;

import java.util.List;
import java.util.regex.Pattern;

/** What a registry's answer means, as engines and their command lines pass it on. */
enum RegistryAnswer {
  /** Too many pulls: the registry answers again later. */
  RATE_LIMITED(
      "toomanyrequests",
      "too many requests",
      "rate limit",
      "rate exceeded",
      "(status|code|http):? 429\\b"),

  /** A page for people in place of the registry's JSON. */
  PAGE("invalid character '<'", "<html", "<!doctype", "text/html"),

  /** The registry speaks HTTP, and the engine wants HTTPS. */
  PLAIN_HTTP(
      "server gave http response to https client",
      "first record does not look like a tls handshake",
      "wrong[ _]version[ _]number"),

  /** The registry wants HTTPS, and the engine speaks HTTP. */
  ONLY_HTTPS("client sent an http request to an https server"),

  /** The registry's certificate is not trusted. */
  CERTIFICATE("x509", "certificate verify failed", "certificate_verify_failed"),

  /** There is an image of the name, and not for the platform. */
  PLATFORM(
      "no matching manifest",
      "no image found in (manifest list|image index)",
      "no match for platform",
      "does not match the specified platform",
      "cannot be used on this platform"),

  /** The program for credentials that the engine's own configuration names does not work. */
  HELPER("error getting credentials", "docker-credential-"),

  /** The registry wants other credentials. */
  DENIED(
      "(?<!permission )denied",
      "unauthorized",
      "authentication",
      "no basic auth",
      "invalid username/password"),

  /** There is no such image, or no such registry. */
  UNKNOWN(
      "not found",
      "manifest unknown",
      "name unknown",
      "does not exist",
      "no such host",
      "invalid reference format"),

  /** The engine did not reach the registry, which may pass. */
  UNREACHABLE(
      "dial tcp[^\"]*(connection refused|no route to host|network is unreachable|i/o timeout)",
      "tls handshake timeout",
      "the registry did not answer"),

  /** Anything else, which may pass. */
  OTHER;

  /** A proxy before a registry that is down answers by a page, too, and recovers. */
  private static final Pattern OUT_OF_ORDER =
      Pattern.compile(
          "(status|code|http):? 50[234]\\b|bad gateway|service unavailable|gateway time-?out");

  /** Then no registry was asked at all. */
  private static final Pattern ENGINE_OUT_OF_REACH =
      Pattern.compile(
          "denied while trying to connect|permission denied on /|cannot connect to the"
              + "|unable to connect to podman|error during connect");

  private final Pattern words;

  RegistryAnswer(String... words) {
    this.words = Pattern.compile(words.length == 0 ? "(?!)" : String.join("|", List.of(words)));
  }

  /**
   * Looks for what is known.
   *
   * @param text what an engine says, in lower case, without the name of the image
   */
  static RegistryAnswer of(String text) {
    if (ENGINE_OUT_OF_REACH.matcher(text).find()) {
      return OTHER;
    }
    for (RegistryAnswer answer : values()) {
      if (answer.words.matcher(text).find()) {
        return answer == PAGE && OUT_OF_ORDER.matcher(text).find() ? OTHER : answer;
      }
    }
    return OTHER;
  }
}
