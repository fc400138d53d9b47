package io.lofn.runtime.embedded.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lofn.http.RegistryName;
import io.lofn.image.Sha256;
import io.lofn.runtime.embedded.registry.Manifest.Descriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;

/** The directory of an OCI layout, and files that are not whole yet beside its own. */
final class Layout {

  private static final JsonMapper JSON = new JsonMapper();

  private final Path directory;

  Layout(Path directory) throws IOException {
    this.directory = directory;
    Files.createDirectories(directory.resolve("blobs/sha256"));
    Files.createDirectories(directory.resolve("begun"));
    Files.setLastModifiedTime(directory, FileTime.from(Instant.now()));
  }

  Path directory() {
    return directory;
  }

  /** Returns the name of a blob in a layout. */
  static String file(String digest) {
    return "blobs/" + digest.replace(':', '/');
  }

  Path whole(String digest) {
    return directory.resolve(file(digest));
  }

  Path begun(String digest) {
    return directory.resolve("begun").resolve(digest.replace(':', '-'));
  }

  /** Returns how many bytes of a blob are there. */
  long there(Descriptor blob) throws IOException {
    Path file = Files.exists(whole(blob.digest())) ? whole(blob.digest()) : begun(blob.digest());
    return Files.exists(file) ? Math.min(Files.size(file), blob.size()) : 0;
  }

  /** Adds a manifest or index as a file. */
  void keep(Manifest manifest) throws IOException {
    Files.write(whole(manifest.digest()), manifest.bytes());
  }

  /** Makes a manifest the only one of the layout. */
  void put(Manifest manifest, RegistryName name) throws IOException {
    byte[] bytes = manifest.bytes();
    keep(manifest);
    ObjectNode index = JSON.createObjectNode().put("schemaVersion", 2);
    ObjectNode entry = index.putArray("manifests").addObject();
    entry.put("digest", Sha256.of(bytes)).put("size", bytes.length);
    entry.putObject("annotations").put("org.opencontainers.image.ref.name", name.toString());
    Files.writeString(directory.resolve("index.json"), index.toString(), UTF_8);
  }
}
