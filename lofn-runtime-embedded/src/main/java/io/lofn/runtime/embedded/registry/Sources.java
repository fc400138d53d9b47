package io.lofn.runtime.embedded.registry;

import io.lofn.api.EngineException;
import io.lofn.http.RegistryName;
import io.lofn.spi.ImageReference;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;

/** Which registries have mirrors, and which use HTTP. */
final class Sources {

  static final String MIRRORS = "mirrors";
  static final String INSECURE = "insecureRegistries";

  private static final String HOST =
      "(?:[a-zA-Z0-9][a-zA-Z0-9.-]*|\\[[0-9a-fA-F:]+])(?::[0-9]{1,5})?";
  private static final Pattern INSECURE_HOST = Pattern.compile(HOST);
  private static final Pattern MIRROR =
      Pattern.compile(
          "(?:(?<registry>%s)=)?(?<host>%s)(?<prefix>(?:/[a-z0-9][a-z0-9._-]*)*)/?"
              .formatted(HOST, HOST));

  private final List<Mirror> mirrors;
  private final Set<String> insecure;

  private record Mirror(String registry, String host, String prefix) {}

  private Sources(List<Mirror> mirrors, Set<String> insecure) {
    this.mirrors = mirrors;
    this.insecure = insecure;
  }

  /**
   * Reads the settings.
   *
   * @throws EngineException if one is wrong
   */
  static Sources parse(Optional<String> mirrors, Optional<String> insecure) {
    List<Mirror> all = new ArrayList<>();
    for (String each : words(mirrors)) {
      Matcher parts = matched(MIRROR, each, MIRRORS, "[REGISTRY=]HOST[:PORT][/PREFIX]");
      String of = parts.group("registry");
      String registry = of == null ? ImageReference.DOCKER_HUB : of;
      all.add(new Mirror(registry, parts.group("host"), parts.group("prefix")));
    }
    Set<String> hosts = new LinkedHashSet<>();
    for (String each : words(insecure)) {
      hosts.add(matched(INSECURE_HOST, each, INSECURE, "HOST[:PORT]").group());
    }
    return new Sources(all, hosts);
  }

  private static List<String> words(Optional<String> setting) {
    return List.of(setting.orElse("").split(",", -1)).stream()
        .map(String::strip)
        .filter(each -> !each.isEmpty())
        .toList();
  }

  private static Matcher matched(Pattern pattern, String text, String key, String form) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.matches()) {
      throw new EngineException(
          "spark.lofn.embedded.%s has '%s'; write a list of %s, separated by commas"
              .formatted(key, text, form));
    }
    return matcher;
  }

  /** Returns where to ask for an image: mirrors in their order, then its registry. */
  List<Source> of(ImageReference asked) {
    RegistryName name = RegistryName.of(asked);
    List<Source> sources = new ArrayList<>();
    for (Mirror each : mirrors) {
      if (each.registry().equals(name.registry())) {
        String path = (each.prefix() + "/" + name.path()).substring(1);
        sources.add(new Source(each.host(), path, isInsecure(each.host()), asked));
      }
    }
    sources.add(new Source(name.registry(), name.path(), isInsecure(name.registry()), asked));
    return sources;
  }

  /** Returns whether an address may be asked: by HTTPS, or because its host is named. */
  boolean allow(HttpUrl url) {
    return url.isHttps() || isInsecure(host(url));
  }

  /** Returns the host and port of an address, as users write them. */
  static String host(HttpUrl url) {
    String host = url.host().contains(":") ? "[" + url.host() + "]" : url.host();
    return host + ":" + url.port();
  }

  /** With this port, or without any. */
  private boolean isInsecure(String host) {
    return insecure.contains(host) || insecure.contains(host.replaceFirst(":[0-9]+$", ""));
  }
}
