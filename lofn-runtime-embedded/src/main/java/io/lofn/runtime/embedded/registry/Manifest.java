package io.lofn.runtime.embedded.registry;

import com.fasterxml.jackson.databind.JsonNode;
import io.lofn.api.ImageUnavailableException;
import io.lofn.image.ArchiveJson;
import io.lofn.image.Platform;
import io.lofn.image.Sha256;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** A manifest of one image, or an index of those for several platforms. */
public final class Manifest {

  /** What is asked for. */
  static final String ACCEPTED =
      "application/vnd.oci.image.index.v1+json,"
          + " application/vnd.docker.distribution.manifest.list.v2+json,"
          + " application/vnd.oci.image.manifest.v1+json,"
          + " application/vnd.docker.distribution.manifest.v2+json";

  /** Docker makes 127 at most. */
  private static final int MOST_LAYERS = 500;

  /** A pebibyte: sums of layers are numbers, too. */
  private static final long MOST_BYTES = 1L << 50;

  /** How many platforms of an image a message names. */
  private static final int MOST_OTHERS = 20;

  private static final String UNKNOWN = "unknown";

  private final Source source;
  private final byte[] bytes;
  private final JsonNode json;

  /**
   * A blob, or a manifest.
   *
   * @param digest its SHA-256 digest
   * @param size its length in bytes
   */
  public record Descriptor(String digest, long size) {}

  private Manifest(Source source, byte[] bytes, JsonNode json) {
    this.source = source;
    this.bytes = bytes;
    this.json = json;
  }

  /**
   * Reads a manifest.
   *
   * @throws ImageUnavailableException if it is of no kind that lofn reads
   */
  public static Manifest parse(Source source, byte[] bytes) {
    JsonNode json;
    try {
      json = ArchiveJson.parse("manifest", bytes);
    } catch (IOException e) {
      throw new ImageUnavailableException(
          source.message("its manifest cannot be read: " + e.getMessage()), e);
    }
    if (json.path("schemaVersion").asInt() == 1 || json.has("fsLayers")) {
      throw source.refused(
          "its manifest has Docker's schema 1, which engines do not read any more",
          "push the image again by a current engine, or convert it by 'skopeo copy --format v2s2'");
    }
    if (!json.path("manifests").isArray() && !json.path("layers").isArray()) {
      throw source.refused("its manifest has neither layers nor manifests of platforms", "");
    }
    return new Manifest(source, bytes, json);
  }

  /** Returns it as it came. */
  public byte[] bytes() {
    return bytes;
  }

  /** Returns its digest. */
  public String digest() {
    return Sha256.of(bytes);
  }

  /** Returns whether it names manifests of platforms in place of layers. */
  public boolean isIndex() {
    return json.path("manifests").isArray();
  }

  /**
   * Returns the manifest of an index for a platform.
   *
   * @param wanted as the user names it; empty: this node's
   * @throws ImageUnavailableException if there is none
   */
  public Descriptor choose(Optional<String> wanted) {
    List<JsonNode> fitting = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (JsonNode each : json.path("manifests")) {
      Platform platform = platform(each);
      if (platform.os().equals(UNKNOWN)) {
        continue; // A statement about how the image was built.
      }
      if (platform.fits(wanted)) {
        fitting.add(each);
      } else if (others.size() < MOST_OTHERS) {
        others.add(platform.toString());
      }
    }
    // The node's own before those that it runs, too; the oldest processors before others.
    return fitting.stream()
        .min(
            Comparator.comparing((JsonNode each) -> !platform(each).equals(Platform.own()))
                .thenComparing(each -> each.path("platform").path("variant").asText("")))
        .map(this::descriptor)
        .orElseThrow(
            () ->
                source.refused(
                    "no matching manifest for %s; there are those for %s"
                        .formatted(wanted.orElse(Platform.own().toString()), others),
                    ""));
  }

  private static Platform platform(JsonNode entry) {
    return Platform.of(entry.path("platform"));
  }

  /** Returns its configuration. */
  public Descriptor config() {
    String type = json.path("config").path("mediaType").asText("");
    if (!type.isEmpty() && !type.contains("image.config") && !type.contains("container.image")) {
      throw source.refused("it is no image of containers, but has the type " + type, "");
    }
    Descriptor config = descriptor(json.path("config"));
    if (config.size() > ArchiveJson.MOST_BYTES) {
      throw source.refused(
          "its configuration has more than %d bytes".formatted(ArchiveJson.MOST_BYTES), "");
    }
    return config;
  }

  /** Returns its layers, from the lowest. */
  public List<Descriptor> layers() {
    if (json.path("layers").size() > MOST_LAYERS) {
      throw source.refused("it has more than %d layers".formatted(MOST_LAYERS), "");
    }
    List<Descriptor> layers = new ArrayList<>();
    for (JsonNode each : json.path("layers")) {
      if (each.path("mediaType").asText("").contains("encrypted")) {
        throw source.refused("its layers are encrypted, which lofn cannot read", "");
      }
      layers.add(descriptor(each));
    }
    return layers;
  }

  private Descriptor descriptor(JsonNode entry) {
    String digest = entry.path("digest").asText("");
    long size = entry.path("size").asLong(-1);
    if (!Sha256.isDigest(digest) || size < 0 || size > MOST_BYTES) {
      throw source.refused(
          "its manifest refers to a file by '%s' and %d bytes, which is no SHA-256 digest and length"
              .formatted(digest, size),
          "");
    }
    return new Descriptor(digest, size);
  }
}
