package io.lofn.runtime.embedded.registry;

import io.lofn.http.RegistryName;
import io.lofn.image.OciLayout;
import io.lofn.runtime.embedded.registry.Manifest.Descriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;

/** The directory of an OCI layout, and files that are not whole yet beside its own. */
final class Layout {

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

  Path whole(String digest) {
    return directory.resolve(OciLayout.blob(digest));
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
    keep(manifest);
    Files.write(
        directory.resolve(OciLayout.INDEX),
        OciLayout.index(name.toString(), manifest.digest(), manifest.bytes().length));
  }
}
