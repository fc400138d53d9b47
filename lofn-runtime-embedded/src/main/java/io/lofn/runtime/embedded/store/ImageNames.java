package io.lofn.runtime.embedded.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lofn.api.ImageUnavailableException;
import io.lofn.image.Sha256;
import io.lofn.spi.ImageReference;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which image a name stands for: a small file for each name, with the image's id and the name. */
final class ImageNames {

  private static final Set<String> DOCKER_HUB =
      Set.of(ImageReference.DOCKER_HUB, "index.docker.io");

  /** Where podman puts images that it has built. */
  private static final String LOCALHOST = "localhost";

  private final Path directory;

  /**
   * @param directory for the files
   */
  ImageNames(Path directory) {
    this.directory = directory;
  }

  /**
   * Returns the id of an image.
   *
   * @param reference as a user writes it
   * @return {@code sha256:} and the digest of its configuration; empty if the name is unknown
   */
  Optional<String> find(ImageReference reference) throws IOException {
    Optional<String> id = read(full(reference));
    boolean isShort = !reference.repository().startsWith(reference.registry() + "/");
    return id.isPresent() || !isShort || reference.isId()
        ? id
        : read(LOCALHOST + "/" + reference.repository() + suffix(reference));
  }

  /**
   * Lets a name stand for an image; a name of wrong syntax is passed over.
   *
   * @param work a directory of the same disk, in which the file is written
   */
  boolean set(String name, String id, Path work) throws IOException {
    String full;
    try {
      full = full(ImageReference.parse(name));
    } catch (ImageUnavailableException noName) {
      return false;
    }
    Files.createDirectories(directory);
    Path file = file(full);
    Path written = Files.createTempFile(work, "name-", "");
    Files.writeString(written, id + "\n" + full + "\n", UTF_8);
    Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return true;
  }

  /** Returns the ids of all images that have names. */
  Set<String> ids() throws IOException {
    Set<String> ids = new HashSet<>();
    if (Files.isDirectory(directory)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
        for (Path file : files) {
          List<String> lines = Files.readAllLines(file, UTF_8);
          ids.addAll(lines.subList(0, Math.min(1, lines.size())));
        }
      }
    }
    return ids;
  }

  private Optional<String> read(String full) throws IOException {
    try {
      List<String> lines = Files.readAllLines(file(full), UTF_8);
      return lines.size() == 2 && lines.get(1).equals(full)
          ? Optional.of(lines.get(0))
          : Optional.empty();
    } catch (NoSuchFileException unknown) {
      return Optional.empty();
    }
  }

  private Path file(String full) {
    return directory.resolve(Sha256.hex(full.getBytes(UTF_8)));
  }

  /** Returns a name with its registry, as all engines understand it. */
  static String full(ImageReference reference) {
    if (reference.isId()) {
      return id(reference.repository());
    }
    String path = reference.repository();
    String registry = reference.registry();
    if (path.startsWith(registry + "/")) {
      path = path.substring(registry.length() + 1);
    }
    if (DOCKER_HUB.contains(registry)) {
      registry = ImageReference.DOCKER_HUB;
      path = path.contains("/") ? path : "library/" + path;
    }
    return registry + "/" + path + suffix(reference);
  }

  private static String suffix(ImageReference reference) {
    return (reference.isImmutable() ? "@" : ":") + reference.tagOrDigest();
  }

  /** Returns an id with its algorithm, which users may leave out. */
  static String id(String id) {
    return id.startsWith("sha256:") ? id : "sha256:" + id;
  }
}
