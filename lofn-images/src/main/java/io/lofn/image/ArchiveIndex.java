package io.lofn.image;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads which images an archive has, from {@code manifest.json} or {@code index.json}. */
final class ArchiveIndex {

  private static final String CONTAINERD_NAME = "io.containerd.image.name";
  static final String OCI_NAME = "org.opencontainers.image.ref.name";

  /** Marks what is no image, such as a statement about how the image was built. */
  private static final String REFERENCE_TYPE = "vnd.docker.reference.type";

  private static final String UNKNOWN = "unknown";

  /** An index may have indexes in it; one in it is what tools write. */
  private static final int MOST_DEPTH = 4;

  /** Many times more than the images of one archive with all their platforms. */
  private static final int MOST_MANIFESTS = 10_000;

  /** How many platforms of an image a message names. */
  private static final int MOST_OTHERS = 20;

  private final ArchiveFiles files;
  private final ArchiveJson json;
  private final Platform node = Platform.own();
  private int manifests;

  ArchiveIndex(ArchiveFiles files) {
    this.files = files;
    json = new ArchiveJson(files);
  }

  List<ArchivedImage> images() throws IOException {
    if (files.has("manifest.json")) {
      return docker();
    }
    if (files.has("index.json")) {
      return oci();
    }
    throw new IOException("it has neither manifest.json nor index.json");
  }

  private JsonNode read(Blob blob) throws IOException {
    if (++manifests > MOST_MANIFESTS) {
      throw new IOException("it has more than %d manifests".formatted(MOST_MANIFESTS));
    }
    return json.tree(blob);
  }

  private List<ArchivedImage> docker() throws IOException {
    List<ArchivedImage> images = new ArrayList<>();
    for (JsonNode image : read(new Blob("manifest.json", ""))) {
      List<String> names = new ArrayList<>();
      image.path("RepoTags").forEach(name -> names.add(name.asText()));
      List<Blob> layers = new ArrayList<>();
      image.path("Layers").forEach(layer -> layers.add(Blob.named(layer.asText())));
      Blob config = Blob.named(image.path("Config").asText());
      images.add(new ArchivedImage(files, json, names, List.of(), config, layers));
    }
    return images;
  }

  private List<ArchivedImage> oci() throws IOException {
    Map<String, Platforms> byName = new LinkedHashMap<>();
    for (JsonNode entry : read(new Blob("index.json", "")).path("manifests")) {
      JsonNode annotations = entry.path("annotations");
      String name = annotations.path(CONTAINERD_NAME).asText(annotations.path(OCI_NAME).asText(""));
      collect(entry, List.of(), MOST_DEPTH, byName.computeIfAbsent(name, any -> new Platforms()));
    }
    List<ArchivedImage> images = new ArrayList<>();
    for (Map.Entry<String, Platforms> each : byName.entrySet()) {
      images.addAll(images(each.getKey(), each.getValue()));
    }
    return images;
  }

  /** The manifests of an image for this node, and other platforms that it is for. */
  private static final class Platforms {
    private final List<Manifest> found = new ArrayList<>();
    private final Set<Platform> others = new LinkedHashSet<>();
  }

  /**
   * The manifest of an image for one platform.
   *
   * @param digests its digest, and those of the indexes that it is in
   */
  private record Manifest(
      Blob config, List<Blob> layers, Platform platform, List<String> digests) {}

  /** Reads no manifest of another platform: tools may leave it out of the archive, too. */
  private void collect(JsonNode entry, List<String> above, int depth, Platforms all)
      throws IOException {
    Platform platform = Platform.of(entry.path("platform"));
    if (platform.os().equals(UNKNOWN) || entry.path("annotations").has(REFERENCE_TYPE)) {
      return;
    }
    if (!node.runs(platform)) {
      if (all.others.size() < MOST_OTHERS) {
        all.others.add(platform);
      }
      return;
    }
    String digest = entry.path("digest").asText("");
    JsonNode content = read(Blob.of(digest));
    List<String> digests = new ArrayList<>(above);
    digests.add(digest);
    if (!content.has("manifests")) {
      all.found.add(manifest(content, platform, digests));
      return;
    }
    if (depth == 0) {
      throw new IOException("its indexes are nested too deeply");
    }
    for (JsonNode child : content.path("manifests")) {
      collect(child, digests, depth - 1, all);
    }
  }

  private static Manifest manifest(JsonNode content, Platform platform, List<String> digests)
      throws IOException {
    List<Blob> layers = new ArrayList<>();
    for (JsonNode layer : content.path("layers")) {
      layers.add(Blob.of(layer.path("digest").asText("")));
    }
    Blob config = Blob.of(content.path("config").path("digest").asText(""));
    return new Manifest(config, layers, platform, digests);
  }

  /** Returns the image of a name for this node; of images without a name, all for this node. */
  private List<ArchivedImage> images(String name, Platforms all) throws IOException {
    if (all.found.isEmpty() && !all.others.isEmpty()) {
      throw new IOException(
          "its image %s is for %s only, and this node is %s; write an archive of the image for %s"
              .formatted(name, all.others, node, node));
    }
    List<ArchivedImage> images = new ArrayList<>();
    for (Manifest each : best(all.found)) {
      if (images.isEmpty() || name.isEmpty()) {
        List<String> names = name.isEmpty() ? List.of() : List.of(name);
        images.add(
            new ArchivedImage(files, json, names, each.digests(), each.config(), each.layers()));
      }
    }
    return images;
  }

  /** Those of exactly this node's platform before those that it runs, too. */
  private List<Manifest> best(List<Manifest> manifests) {
    List<Manifest> sorted = new ArrayList<>();
    manifests.stream().filter(each -> each.platform().equals(node)).forEach(sorted::add);
    manifests.stream().filter(each -> !each.platform().equals(node)).forEach(sorted::add);
    return sorted;
  }
}
