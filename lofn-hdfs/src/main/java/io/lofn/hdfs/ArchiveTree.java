package io.lofn.hdfs;

import io.lofn.api.FileNames;
import io.lofn.files.TarHeaders;
import io.lofn.files.UnpackedTree;
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
 * Unpacks an archive into a directory. No entry may be outside of the directory, and no symbolic
 * link may lead out of it. Symbolic links are created last.
 */
final class ArchiveTree {

  private static final int EXECUTE = 0100;
  private static final int DIRECTORY = 0755;

  /** A buffer, since the parser reads headers byte by byte. */
  private static final int BUFFER = 1 << 16;

  private static final int LONGEST_TARGET = 4096;
  private static final long MOST_LINK_CHARACTERS = 32L << 20;

  private final Path root;
  private final UnpackedTree tree;
  private final CopyWriter writer;
  private final Map<Path, Link> links = new LinkedHashMap<>();
  private long linkCharacters;

  ArchiveTree(Path root, CopyWriter writer) {
    this.root = root;
    this.tree = new UnpackedTree(root, FileNames::resolve);
    this.writer = writer;
  }

  @SuppressWarnings(
      "deprecation") // Older versions of the library have only the deprecated methods.
  void unpackTar(InputStream in) throws IOException {
    OldCompress.warn();
    TarHeaders headers = new TarHeaders(new BufferedInputStream(in, BUFFER));
    try (TarArchiveInputStream tar = new TarArchiveInputStream(headers, "UTF-8")) {
      // Not getNextEntry(): its return type differs in the library of Spark 3.5.
      for (TarArchiveEntry entry = tar.getNextTarEntry();
          entry != null;
          entry = tar.getNextTarEntry()) {
        headers.end(entry.getExtraPaxHeaders());
        writer.entry();
        Path path = pathOf(entry.getName());
        if (entry.isDirectory()) {
          tree.directory(entry.getName(), DIRECTORY);
        } else if (entry.isSymbolicLink()) {
          addLink(path, entry.getName(), entry.getLinkName());
        } else if (entry.isLink()) {
          Path unused = pathOf(entry.getLinkName());
          tree.hardLink(entry.getName(), entry.getLinkName());
        } else if (isDevice(entry) || !tar.canReadEntryData(entry)) {
          throw new IOException(
              "Its entry '" + entry.getName() + "' is neither a file, a directory nor a link");
        } else {
          write(entry.getName(), tar, entry.getMode());
        }
        headers.begin(0); // Files are read to their end; other entries have no content to skip.
      }
    }
    makeLinks();
  }

  private static boolean isDevice(TarArchiveEntry entry) {
    return entry.isFIFO() || entry.isCharacterDevice() || entry.isBlockDevice();
  }

  @SuppressWarnings("deprecation") // As above.
  void unpackZip(Path archive) throws IOException {
    try (ZipFile zip = new ZipFile(archive.toFile())) {
      for (ZipArchiveEntry entry : Collections.list(zip.getEntriesInPhysicalOrder())) {
        writer.entry();
        Path path = pathOf(entry.getName());
        if (entry.isDirectory()) {
          tree.directory(entry.getName(), DIRECTORY);
        } else if (entry.isUnixSymlink()) {
          addLink(path, entry.getName(), linkOf(zip, entry));
        } else if (zip.canReadEntryData(entry)) {
          try (InputStream in = zip.getInputStream(entry)) {
            write(entry.getName(), in, entry.getUnixMode());
          }
        } else {
          throw new IOException(
              "Its entry '"
                  + entry.getName()
                  + "' is encrypted, or uses an unsupported compression method");
        }
      }
    }
    makeLinks();
  }

  /** Remembers a link, which is created at the end. */
  private void addLink(Path path, String name, String target) throws IOException {
    linkCharacters += path.toString().length() + name.length() + target.length();
    if (linkCharacters > MOST_LINK_CHARACTERS) {
      throw new IOException("It has too many symbolic links");
    }
    links.put(path, new Link(name, target));
  }

  private static String linkOf(ZipFile zip, ZipArchiveEntry entry) throws IOException {
    if (entry.getSize() > LONGEST_TARGET) {
      throw new IOException("The target of its link '%s' is too long".formatted(entry.getName()));
    }
    return zip.getUnixSymlink(entry);
  }

  private Path pathOf(String name) throws IOException {
    List<String> parts = Arrays.asList(name.split("/"));
    boolean climbs = parts.contains("..");
    if (climbs || name.startsWith("/") || name.indexOf('\0') >= 0) {
      throw new IOException(
          "Its entry '" + name + "' would leave the directory that it is unpacked to");
    }
    boolean isRoot = parts.stream().allMatch(part -> part.isEmpty() || part.equals("."));
    return isRoot ? root : FileNames.resolve(root, String.join("/", parts));
  }

  /** Writes a file; of two entries with the same name the later one counts. */
  private void write(String name, InputStream in, int mode) throws IOException {
    writer.write(in, tree.file(name), (mode & EXECUTE) != 0);
  }

  private void makeLinks() throws IOException {
    for (Map.Entry<Path, Link> link : links.entrySet()) {
      if (Files.exists(link.getKey(), LinkOption.NOFOLLOW_LINKS)) {
        throw new IOException(
            "Its entry '"
                + root.relativize(link.getKey())
                + "' is there twice, once as a symbolic link");
      }
      tree.symbolicLink(link.getValue().name(), link.getValue().target());
    }
    Path inside = root.toRealPath();
    for (Map.Entry<Path, Link> link : links.entrySet()) {
      if (link.getValue().target().startsWith("/") || !leadsInto(inside, link.getKey())) {
        throw new IOException(
            "Its symbolic link '%s' leads to '%s', which is not in the archive"
                .formatted(root.relativize(link.getKey()), link.getValue().target()));
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

  /** A symbolic link of the archive. */
  private record Link(String name, String target) {}
}
