package io.lofn.hdfs;

import io.lofn.api.FileNames;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/**
 * The directory that an archive is unpacked to, and that nothing in it may leave. Symbolic links
 * are made after all else, so that nothing is ever written through one.
 */
final class ArchiveTree {

  private static final int EXECUTE = 0100;

  /** Headers are read by single bytes. */
  private static final int BUFFER = 1 << 16;

  private static final int LONGEST_TARGET = 4096;
  private static final long MOST_LINK_CHARACTERS = 32L << 20;

  private final Path root;
  private final CopyWriter writer;
  private final Map<Path, String> links = new LinkedHashMap<>();
  private long linkCharacters;

  ArchiveTree(Path root, CopyWriter writer) {
    this.root = root;
    this.writer = writer;
  }

  @SuppressWarnings("deprecation") // What it deprecates is all that its older versions have.
  void unpackTar(InputStream in) throws IOException {
    OldCompress.warn();
    TarHeaders headers = new TarHeaders(new BufferedInputStream(in, BUFFER));
    try (TarArchiveInputStream tar = new TarArchiveInputStream(headers, "UTF-8")) {
      // Not getNextEntry(), whose type is another one in the library of Spark 3.5.
      for (TarArchiveEntry entry = tar.getNextTarEntry();
          entry != null;
          entry = tar.getNextTarEntry()) {
        headers.end();
        writer.entry();
        Path path = pathOf(entry.getName());
        if (entry.isDirectory()) {
          Files.createDirectories(path);
        } else if (entry.isSymbolicLink()) {
          addLink(path, entry.getLinkName());
        } else if (entry.isLink()) {
          Files.createDirectories(path.getParent());
          Files.createLink(path, pathOf(entry.getLinkName()));
        } else if (isDevice(entry) || !tar.canReadEntryData(entry)) {
          throw new IOException("Its entry " + entry.getName() + " is neither file nor directory");
        } else {
          write(path, tar, entry.getMode());
        }
        headers.begin(entry.isFile() ? 0 : entry.getSize());
      }
    }
    makeLinks();
  }

  private static boolean isDevice(TarArchiveEntry entry) {
    return entry.isFIFO() || entry.isCharacterDevice() || entry.isBlockDevice();
  }

  @SuppressWarnings("deprecation") // Likewise.
  void unpackZip(Path archive) throws IOException {
    try (ZipFile zip = new ZipFile(archive.toFile())) {
      for (ZipArchiveEntry entry : Collections.list(zip.getEntriesInPhysicalOrder())) {
        writer.entry();
        Path path = pathOf(entry.getName());
        if (entry.isDirectory()) {
          Files.createDirectories(path);
        } else if (entry.isUnixSymlink()) {
          addLink(path, linkOf(zip, entry));
        } else if (zip.canReadEntryData(entry)) {
          try (InputStream in = zip.getInputStream(entry)) {
            write(path, in, entry.getUnixMode());
          }
        } else {
          throw new IOException("Its entry " + entry.getName() + " is encrypted, or packed oddly");
        }
      }
    }
    makeLinks();
  }

  /** They are held until the end. */
  private void addLink(Path path, String target) throws IOException {
    linkCharacters += path.toString().length() + target.length();
    if (linkCharacters > MOST_LINK_CHARACTERS) {
      throw new IOException("It has too many symbolic links to be unpacked");
    }
    links.put(path, target);
  }

  private static String linkOf(ZipFile zip, ZipArchiveEntry entry) throws IOException {
    if (entry.getSize() > LONGEST_TARGET) {
      throw new IOException("The target of its link %s is too long".formatted(entry.getName()));
    }
    return zip.getUnixSymlink(entry);
  }

  private Path pathOf(String name) throws IOException {
    List<String> parts = Arrays.asList(name.split("/"));
    boolean climbs = parts.contains("..");
    if (climbs || name.startsWith("/") || name.indexOf('\0') >= 0) {
      throw new IOException("Its entry " + name + " would leave the directory it is unpacked to");
    }
    boolean isRoot = parts.stream().allMatch(part -> part.isEmpty() || part.equals("."));
    return isRoot ? root : FileNames.resolve(root, String.join("/", parts));
  }

  private void write(Path path, InputStream in, int mode) throws IOException {
    Files.createDirectories(path.getParent());
    if (Files.isRegularFile(path)) {
      Files.delete(path); // The later of two entries of one name counts.
    }
    writer.write(in, path, (mode & EXECUTE) != 0);
  }

  /** No link is there when the directories are made. */
  private void makeLinks() throws IOException {
    for (Path link : links.keySet()) {
      Files.createDirectories(link.getParent());
    }
    for (Map.Entry<Path, String> link : links.entrySet()) {
      if (Files.exists(link.getKey(), LinkOption.NOFOLLOW_LINKS)) {
        throw new IOException("Its entry " + root.relativize(link.getKey()) + " is there twice");
      }
      Files.createSymbolicLink(link.getKey(), Path.of(link.getValue()));
    }
    Path inside = root.toRealPath();
    for (Map.Entry<Path, String> link : links.entrySet()) {
      if (link.getValue().startsWith("/") || !leadsInto(inside, link.getKey())) {
        throw new IOException(
            "Its symbolic link %s leads to %s, which is not in it"
                .formatted(root.relativize(link.getKey()), link.getValue()));
      }
    }
  }

  private static boolean leadsInto(Path inside, Path link) {
    try {
      return link.toRealPath().startsWith(inside);
    } catch (FileSystemException leadsNowhere) {
      return false;
    } catch (IOException e) {
      return false;
    }
  }
}
