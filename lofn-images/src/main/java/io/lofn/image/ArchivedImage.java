package io.lofn.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lofn.api.FileNames;
import io.lofn.files.UnpackedTree;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An image of an archive. Usable as long as its archive is open; not thread-safe. */
public final class ArchivedImage {

  private final ArchiveFiles files;
  private final List<String> names;
  private final List<String> digests;
  private final List<Blob> layers;
  private final String config;
  private final String id;
  private final List<String> diffIds;

  /**
   * @param digests of its manifest, and of the indexes that this is in
   */
  ArchivedImage(
      ArchiveFiles files,
      ArchiveJson json,
      List<String> names,
      List<String> digests,
      Blob config,
      List<Blob> layers)
      throws IOException {
    this.files = files;
    this.names = List.copyOf(names);
    this.digests = List.copyOf(digests);
    this.layers = List.copyOf(layers);
    byte[] bytes = json.bytes(config);
    this.config = new String(bytes, UTF_8);
    this.id = Sha256.of(bytes);
    List<String> found = new ArrayList<>();
    ArchiveJson.parse(config, bytes)
        .at("/rootfs/diff_ids")
        .forEach(each -> found.add(each.asText()));
    this.diffIds = List.copyOf(found);
    if (!diffIds.isEmpty() && diffIds.size() != layers.size()) {
      throw new IOException(
          "its file %s names %d layers, but the image has %d"
              .formatted(config.file(), diffIds.size(), layers.size()));
    }
  }

  /** Returns its names, as the archive writes them; there may be none. */
  public List<String> names() {
    return names;
  }

  /** Returns the digests by which a registry knows it, as far as the archive says them. */
  public List<String> digests() {
    return digests;
  }

  /** Returns {@code sha256:} and the digest of its configuration, by which engines know it. */
  public String id() {
    return id;
  }

  /** Returns its configuration, as JSON. */
  public String config() {
    return config;
  }

  /**
   * Checks that the digests of all layers are known.
   *
   * @throws IOException if one is not
   */
  public void requireDigests() throws IOException {
    if (diffIds.size() != layers.size() || !diffIds.stream().allMatch(Sha256::isDigest)) {
      throw new IOException(
          "the configuration of its image %s has no digests of the layers (rootfs.diff_ids)"
              .formatted(names.isEmpty() ? id : names));
    }
  }

  /**
   * Unpacks its layers onto each other. Their digests are checked meanwhile.
   *
   * @param root an empty directory
   * @param owners whether files get the owners that the layers say, which only root may do;
   *     otherwise all belong to this user
   * @param setting the key that moves the directory to another disk, for messages
   * @param deadline as {@link System#nanoTime()} counts
   * @return the checksums of the files
   * @throws NoRoomException if a layer has no room there
   * @throws IOException if a layer is damaged, or would leave the directory
   */
  public FileSums unpack(Path root, boolean owners, String setting, long deadline)
      throws IOException {
    FileSums sums = new FileSums();
    ImageRoom room = new ImageRoom(root, setting);
    for (int i = 0; i < layers.size(); i++) {
      String diffId = diffIds.isEmpty() ? "" : diffIds.get(i);
      UnpackedTree tree = new UnpackedTree(root, FileNames::resolve).followingLinks();
      try (InputStream layer =
          new Prefetch(layers.get(i).layer(files, diffId, deadline), deadline)) {
        new ImageLayer(root, tree, room, owners, sums, deadline).unpack(layer);
      }
    }
    return sums;
  }
}
