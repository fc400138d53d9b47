package io.lofn.runtime.embedded.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lofn.api.ImageUnavailableException;
import io.lofn.http.RegistryName;
import io.lofn.image.Sha256;
import io.lofn.spi.ImageReference;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which image a name stands for: a small file for each name, with the image's id, the name, and the
 * digest in the registry if it came from one.
 */
final class ImageNames {

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
    return set(name, id, "", work);
  }

  /**
   * Lets a name stand for an image of a registry.
   *
   * @param digest by which the registry knows it
   */
  boolean set(String name, String id, String digest, Path work) throws IOException {
    String full;
    try {
      full = full(ImageReference.parse(name));
    } catch (ImageUnavailableException noName) {
      return false;
    }
    Files.createDirectories(directory);
    Path file = file(full);
    Path written = Files.createTempFile(work, "name-", "");
    Files.writeString(written, "%s\n%s\n%s\n".formatted(id, full, digest), UTF_8);
    Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return true;
  }

  /** Returns the names of each image that has any, in alphabetical order. */
  Map<String, List<String>> byId() throws IOException {
    Map<String, List<String>> all = new HashMap<>();
    each((file, id, name) -> all.computeIfAbsent(id, any -> new ArrayList<>()).add(name));
    all.values().forEach(Collections::sort);
    return all;
  }

  /** Deletes the names of images that were set before a time. */
  void forget(Predicate<String> ids, Instant before) throws IOException {
    each(
        (file, id, name) -> {
          if (ids.test(id) && Files.getLastModifiedTime(file).toInstant().isBefore(before)) {
            Files.deleteIfExists(file);
          }
        });
  }

  /** Is called for each name. */
  @FunctionalInterface
  private interface Visitor {
    void visit(Path file, String id, String name) throws IOException;
  }

  private void each(Visitor visitor) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        List<String> lines = lines(file);
        if (lines.size() > 1) {
          visitor.visit(file, lines.get(0), lines.get(1));
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  private static List<String> lines(Path file) throws IOException {
    try {
      return Files.isRegularFile(file) ? Files.readAllLines(file, UTF_8) : List.of();
    } catch (NoSuchFileException deletedMeanwhile) {
      return List.of();
    }
  }

  /**
   * Returns the digest by which the registry knows an image.
   *
   * @return empty if the name is unknown, or did not come from a registry
   */
  Optional<String> digest(ImageReference reference) throws IOException {
    return read(full(reference), 2).filter(digest -> !digest.isEmpty());
  }

  private Optional<String> read(String full) throws IOException {
    return read(full, 0);
  }

  private Optional<String> read(String full, int line) throws IOException {
    try {
      List<String> lines = Files.readAllLines(file(full), UTF_8);
      return lines.size() > Math.max(1, line) && lines.get(1).equals(full)
          ? Optional.of(lines.get(line))
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
    return RegistryName.of(reference).toString();
  }

  private static String suffix(ImageReference reference) {
    return (reference.isImmutable() ? "@" : ":") + reference.tagOrDigest();
  }

  /** Returns an id with its algorithm, which users may leave out. */
  static String id(String id) {
    return id.startsWith("sha256:") ? id : "sha256:" + id;
  }
}
