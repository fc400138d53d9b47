package io.lofn.http;

import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.spi.ImageReference;
import java.nio.file.Path;
import java.util.Locale;

/** Tells a registry's lasting answers from failures that may pass, and says what to do. */
public final class RegistryFailures {

  private final String login;
  private final String stores;
  private final Puller puller;

  /**
   * What pulls, and where it is configured, for hints.
   *
   * @param expects what it does about HTTPS
   * @param http what makes it use HTTP
   */
  private record Puller(
      String mirror, String expects, String http, String authority, String proxy) {

    static final Puller ENGINE =
        new Puller(
            "a mirror of the registry for the engine",
            "the engine expects HTTPS",
            "the engine is configured to use HTTP for it. Remove it from the engine's insecure registries",
            "for the engine, and check the node's clock and proxy",
            "the engine's proxy settings");

    static final Puller LOFN =
        new Puller(
            "a mirror of the registry (spark.lofn.embedded.mirrors)",
            "lofn expects HTTPS",
            "spark.lofn.embedded.insecureRegistries says to use HTTP for it. Remove it there",
            "in the trust store of the executors' JVMs (javax.net.ssl.trustStore), and check the node's clock and proxy",
            "the proxy of the executors' JVMs (https.proxyHost)");
  }

  /**
   * @param login the command that stores credentials, such as {@code docker login}
   * @param file where it stores them
   */
  public RegistryFailures(String login, Path file) {
    this(login, "'" + login + "' stores credentials in " + file, Puller.ENGINE);
  }

  private RegistryFailures(String login, String stores, Puller puller) {
    this.login = login;
    this.stores = stores;
    this.puller = puller;
  }

  /**
   * For lofn itself, which needs no engine to pull.
   *
   * @param file from which it reads credentials
   */
  public static RegistryFailures ofLofn(Path file) {
    String stores =
        "lofn reads credentials from %s, where 'docker login' or 'podman login' stores them";
    return new RegistryFailures("", stores.formatted(file), Puller.LOFN);
  }

  /**
   * For a program that stores credentials where it likes.
   *
   * @param login the command that stores credentials
   */
  public static RegistryFailures of(String login) {
    return new RegistryFailures(
        login, "'" + login + "' on this node stores credentials", Puller.ENGINE);
  }

  /**
   * What an engine says of a registry, as an exception of the right kind, with a hint.
   *
   * @param failure the engine's answer
   * @return the failure itself if the registry has given no answer that is known
   */
  public EngineException explain(ImageReference image, EngineException failure) {
    RegistryAnswer answer = answer(image, failure);
    return switch (answer) {
      case OTHER -> failure;
      case RATE_LIMITED, UNREACHABLE ->
          EngineException.transientFailure(failure.getMessage() + hint(image, answer), failure);
      default -> new ImageUnavailableException(failure.getMessage() + hint(image, answer), failure);
    };
  }

  /** The failure of a pull that a registry has put off for longer than it may take. */
  EngineException rateLimited(ImageReference image, EngineException failure, String patience) {
    return new EngineException(
        failure.getMessage() + " (" + patience + ")" + hint(image, RegistryAnswer.RATE_LIMITED),
        failure);
  }

  static RegistryAnswer answer(ImageReference image, EngineException failure) {
    return RegistryAnswer.of(
        String.valueOf(failure.getMessage())
            .replace(image.repository(), "")
            .toLowerCase(Locale.ROOT));
  }

  private String hint(ImageReference image, RegistryAnswer answer) {
    String registry = image.registry();
    return switch (answer) {
      case RATE_LIMITED ->
          ". %s limits how many images may be pulled. Log in (%s), set up %s, or load the image from a file with Tool.imageArchive"
              .formatted(registry, stores, puller.mirror());
      case PAGE ->
          ". What answered is a web page, not the registry %s: a captive portal or a proxy stands in between. Open the network for this node, check %s, or load the image with Tool.imageArchive"
              .formatted(registry, puller.proxy());
      case PLAIN_HTTP ->
          ". The registry %s speaks HTTP, and %s. Give the registry a certificate, or %s"
              .formatted(registry, puller.expects(), insecure(registry));
      case ONLY_HTTPS ->
          ". The registry %s speaks HTTPS, and %s".formatted(registry, puller.http());
      case CERTIFICATE ->
          ". This node does not trust the certificate of the registry %s. Install the certificate of its authority %s"
              .formatted(registry, puller.authority());
      case PLATFORM ->
          ". The image exists, but not for the platform that was asked for (the node's own, unless"
              + " Tool.platform names one). Push it for this platform, or set Tool.platform to one"
              + " that it has and that the node can run";
      case UNREACHABLE ->
          ". Check that this node reaches the registry %s, set up %s, or load the image with Tool.imageArchive"
              .formatted(registry, puller.mirror());
      case HELPER ->
          ". The credential helper that the engine's configuration names does not work. Install it on this node, or remove it from credsStore and credHelpers of that configuration";
      case DENIED -> ". If it exists and is private, " + stores;
      case UNKNOWN, OTHER ->
          ". Check its name; where no registry can be reached, load it on every node";
    };
  }

  private String insecure(String registry) {
    return switch (login.replaceFirst(" .*", "")) {
      case "docker" ->
          "add \"%s\" to \"insecure-registries\" in the daemon.json of every node's engine"
              .formatted(registry);
      case "podman" ->
          "set insecure = true for a [[registry]] with location = \"%s\" in the registries.conf of every node"
              .formatted(registry);
      case "" -> "add %s to spark.lofn.embedded.insecureRegistries".formatted(registry);
      default -> "allow HTTP for it in the configuration of the program that pulls";
    };
  }
}
