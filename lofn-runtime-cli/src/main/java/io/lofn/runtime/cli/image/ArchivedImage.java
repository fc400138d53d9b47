package io.lofn.runtime.cli.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * An image of an unpacked archive.
 *
 * @param names its names
 * @param config the file of its configuration
 * @param layers the files of its layers, from the lowest up
 */
record ArchivedImage(List<String> names, Path config, List<Path> layers) {

  private static final String CONTAINERD_NAME = "io.containerd.image.name";
  private static final String OCI_NAME = "org.opencontainers.image.ref.name";

  /**
   * The limit of a file, since the image may be untrusted; registries accept manifests of up to 4
   * MiB.
   */
  private static final int MOST_BYTES = 16 << 20;

  private static final JsonMapper JSON = new JsonMapper();

  ArchivedImage {
    names = List.copyOf(names);
    layers = List.copyOf(layers);
  }

  /**
   * Returns the images of an archive.
   *
   * @throws IOException if the format of the archive is unknown
   */
  static List<ArchivedImage> read(Path directory) throws IOException {
    if (Files.isRegularFile(directory.resolve("manifest.json"))) {
      return docker(directory);
    }
    if (Files.isRegularFile(directory.resolve("index.json"))) {
      return oci(directory);
    }
    throw new IOException("it has neither manifest.json nor index.json");
  }

  private static List<ArchivedImage> docker(Path directory) throws IOException {
    List<ArchivedImage> images = new ArrayList<>();
    for (JsonNode image : json(directory.resolve("manifest.json"))) {
      List<String> names = new ArrayList<>();
      image.path("RepoTags").forEach(name -> names.add(name.asText()));
      List<Path> layers = new ArrayList<>();
      for (JsonNode layer : image.path("Layers")) {
        layers.add(inside(directory, layer.asText()));
      }
      images.add(
          new ArchivedImage(names, inside(directory, image.path("Config").asText()), layers));
    }
    return images;
  }

  private static List<ArchivedImage> oci(Path directory) throws IOException {
    List<ArchivedImage> images = new ArrayList<>();
    for (JsonNode entry : json(directory.resolve("index.json")).path("manifests")) {
      JsonNode annotations = entry.path("annotations");
      String name = annotations.path(CONTAINERD_NAME).asText(annotations.path(OCI_NAME).asText());
      JsonNode manifest = json(blob(directory, entry));
      List<Path> layers = new ArrayList<>();
      for (JsonNode layer : manifest.path("layers")) {
        layers.add(blob(directory, layer));
      }
      if (!name.isEmpty()) {
        images.add(
            new ArchivedImage(List.of(name), blob(directory, manifest.path("config")), layers));
      }
    }
    return images;
  }

  private static Path blob(Path directory, JsonNode descriptor) throws IOException {
    return inside(directory, "blobs/" + descriptor.path("digest").asText().replace(':', '/'));
  }

  private static Path inside(Path directory, String name) throws IOException {
    Path path = directory.resolve(name).normalize();
    if (!path.startsWith(directory)
        || !Files.isRegularFile(path)
        || !path.toRealPath().startsWith(directory.toRealPath())) {
      throw new IOException("it has no file " + name);
    }
    return path;
  }

  private static JsonNode json(Path file) throws IOException {
    return JSON.readTree(text(file));
  }

  /**
   * Reads a file of an image, up to a limit, since the image may be untrusted.
   *
   * @throws IOException if it is longer than any image needs
   */
  static String text(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MOST_BYTES);
      if (bytes.length == MOST_BYTES) {
        throw new IOException(
            "its file %s has more than %d bytes".formatted(file.getFileName(), MOST_BYTES));
      }
      return new String(bytes, UTF_8);
    }
  }
}
