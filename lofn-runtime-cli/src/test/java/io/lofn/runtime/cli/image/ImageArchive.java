package io.lofn.runtime.cli.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_LINK;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_NORMAL;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_SYMLINK;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Writes archives of images entry by entry, with entries that no ordinary program writes. */
final class ImageArchive {

  private ImageArchive() {}

  /**
   * Writes an archive, as {@code docker save} does, of the image {@code evil:1}.
   *
   * @param directory the directory for the archive and its layers
   */
  static Path in(Path directory, Layer... layers) throws IOException {
    Path archive = directory.resolve("evil.tar");
    List<String> names = new ArrayList<>();
    try (TarArchiveOutputStream all = tar(archive)) {
      for (Layer layer : layers) {
        Path file = directory.resolve("layer-" + names.size());
        try (TarArchiveOutputStream tar = tar(file)) {
          layer.into(tar);
        }
        put(all, LF_NORMAL, file.getFileName().toString(), Files.readString(file, ISO_8859_1));
        names.add("\"" + file.getFileName() + "\"");
      }
      put(all, LF_NORMAL, "config", "{\"config\":{\"Env\":[\"PATH=/p\"]}}");
      put(
          all,
          LF_NORMAL,
          "manifest.json",
          "[{\"Config\":\"config\",\"RepoTags\":[\"evil:1\"],\"Layers\":%s}]".formatted(names));
    }
    return archive;
  }

  private static TarArchiveOutputStream tar(Path file) throws IOException {
    TarArchiveOutputStream tar = new TarArchiveOutputStream(Files.newOutputStream(file), "UTF-8");
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
    return tar;
  }

  /**
   * Writes an entry.
   *
   * @param text the content of the file, or the target of the link
   */
  static void put(TarArchiveOutputStream tar, byte type, String name, String text)
      throws IOException {
    put(tar, type, name, text, 0755);
  }

  static void put(TarArchiveOutputStream tar, byte type, String name, String text, int mode)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
    entry.setMode(mode);
    byte[] bytes = type == LF_NORMAL ? text.getBytes(ISO_8859_1) : new byte[0];
    entry.setSize(bytes.length);
    if (type == LF_LINK || type == LF_SYMLINK) {
      entry.setLinkName(text);
    }
    tar.putArchiveEntry(entry);
    tar.write(bytes);
    tar.closeArchiveEntry();
  }

  /** Writes the entries of a layer. */
  @FunctionalInterface
  interface Layer {
    void into(TarArchiveOutputStream tar) throws IOException;
  }
}
