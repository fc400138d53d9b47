package io.lofn.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** Why an engine does not load an image archive, as far as the archive itself tells. */
public final class ArchiveFault {

  private static final int BLOCK = 512;

  /** Many times more than the files of all images of an archive. */
  private static final int MOST_ENTRIES = 100_000;

  /** The files that tell what an archive is. */
  private static final Set<String> TOPS = Set.of("manifest.json", "repositories", "index.json");

  private static final int GZIP = 0x1f8b;

  private static final String MAKE =
      "make it with 'docker save' or 'podman save' (not 'export', which writes the files of a"
          + " container)";

  private ArchiveFault() {}

  /**
   * What an engine says of an archive that it did not load, as a failure that does not pass and
   * says what to do; the failure itself if nothing is wrong with the archive.
   */
  public static EngineException explain(Path archive, EngineException failure) {
    String said = String.valueOf(failure.getMessage());
    if (said.toLowerCase(Locale.ROOT).contains("no space left")) {
      return failure;
    }
    return fault(archive, said)
        .<EngineException>map(
            fault -> new ImageUnavailableException(said + ". The archive " + fault, failure))
        .orElse(failure);
  }

  private static Optional<String> fault(Path archive, String said) {
    try (InputStream file = new BufferedInputStream(Files.newInputStream(archive), 1 << 16)) {
      file.mark(BLOCK);
      byte[] start = file.readNBytes(BLOCK);
      file.reset();
      if (start.length == 0) {
        return Optional.of("is empty: copy it again, or " + MAKE);
      }
      if (isCompressedOtherwise(start)) {
        return Optional.empty();
      }
      boolean gzip = start.length > 1 && ((start[0] & 0xff) << 8 | (start[1] & 0xff)) == GZIP;
      return fault(names(gzip ? new GZIPInputStream(file, 1 << 16) : file), said);
    } catch (EOFException e) {
      return Optional.of(
          "is cut short (%d bytes): copy it again, or %s".formatted(length(archive), MAKE));
    } catch (NotAnArchiveException | ZipException e) {
      return Optional.of("is not a tar file, or a damaged one: " + MAKE);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> fault(Set<String> names, String said) {
    if (names.contains("manifest.json") || names.contains("repositories")) {
      return Optional.empty();
    }
    if (!names.contains("index.json")) {
      return Optional.of("has no manifest.json, so it is none of an image: " + MAKE);
    }
    // Podman reads OCI layouts, and lists all formats that it tried in any failure.
    boolean ofDocker = !said.contains("supported image formats");
    return ofDocker && (said.contains("no such file") || said.contains("manifest.json"))
        ? Optional.of(
            "is an OCI image layout, which Docker loads from version 25 on: convert it with 'skopeo"
                + " copy oci-archive:FILE docker-archive:FILE', or write it with 'podman save"
                + " --format docker-archive' or 'docker save'")
        : Optional.empty();
  }

  /** Formats that engines read and the JDK does not: xz, bzip2 and zstd. */
  private static boolean isCompressedOtherwise(byte[] start) {
    String head = new String(start, 0, Math.min(start.length, 6), ISO_8859_1);
    return head.startsWith("\u00fd7zXZ")
        || head.startsWith("BZh")
        || head.startsWith("(\u00b5/\u00fd");
  }

  private static long length(Path archive) {
    try {
      return Files.size(archive);
    } catch (IOException e) {
      return -1;
    }
  }

  /** The names of the files of a tar file that tell what it is. */
  private static Set<String> names(InputStream tar) throws IOException {
    Set<String> names = new HashSet<>();
    int entries = 0;
    for (byte[] head = tar.readNBytes(BLOCK); ; head = tar.readNBytes(BLOCK)) {
      if (head.length == 0 || isZero(head)) {
        return names;
      }
      if (entries > MOST_ENTRIES) {
        throw new IOException("It has more than " + MOST_ENTRIES + " entries");
      }
      if (head.length < BLOCK && entries > 0) {
        throw new EOFException();
      }
      if (head.length < BLOCK || !hasChecksum(head)) {
        throw new NotAnArchiveException();
      }
      entries++;
      String name = text(head, 0, 100);
      String top = name.startsWith("./") ? name.substring(2) : name;
      if (TOPS.contains(top)) {
        names.add(top);
      }
      tar.skipNBytes((size(head) + BLOCK - 1) / BLOCK * BLOCK);
    }
  }

  private static boolean isZero(byte[] block) {
    for (byte each : block) {
      if (each != 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean hasChecksum(byte[] head) throws NotAnArchiveException {
    long sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      sum += i >= 148 && i < 156 ? ' ' : head[i] & 0xff;
    }
    return sum == octal(head, 148, 8);
  }

  private static long size(byte[] head) throws NotAnArchiveException {
    if ((head[124] & 0x80) == 0) {
      return octal(head, 124, 12);
    }
    long size = 0;
    for (int i = 128; i < 136; i++) {
      size = size << 8 | (head[i] & 0xff);
    }
    if (size < 0) {
      throw new NotAnArchiveException();
    }
    return size;
  }

  private static long octal(byte[] head, int start, int length) throws NotAnArchiveException {
    String digits = text(head, start, length).strip();
    try {
      return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
    } catch (NumberFormatException e) {
      throw new NotAnArchiveException();
    }
  }

  private static String text(byte[] head, int start, int length) {
    int end = start;
    while (end < start + length && head[end] != 0) {
      end++;
    }
    return new String(head, start, end - start, ISO_8859_1);
  }

  private static final class NotAnArchiveException extends IOException {

    private static final long serialVersionUID = 1L;
  }
}
