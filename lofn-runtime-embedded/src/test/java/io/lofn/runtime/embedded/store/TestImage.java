package io.lofn.runtime.embedded.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_LINK;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_NORMAL;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_SYMLINK;

import io.lofn.runtime.embedded.EmbeddedRuntimeProvider;
import io.lofn.runtime.embedded.helper.HelperProgram;
import io.lofn.runtime.embedded.registry.RegistryClient;
import io.lofn.runtime.embedded.shared.OverlayTrial;
import io.lofn.runtime.embedded.shared.SharedStore;
import io.lofn.spi.RuntimeConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.jspecify.annotations.Nullable;

/** An image for tests, with digests as engines write them. */
final class TestImage {

  private final String name;
  private String platform = "";
  private @Nullable String config;
  private final List<byte[]> layers = new ArrayList<>();

  private TestImage(String name) {
    this.name = name;
  }

  static TestImage named(String name) {
    return new TestImage(name);
  }

  /** Returns a store without settings and credentials. */
  static ImageStore store(Path directory) {
    return store(directory, Map.of());
  }

  /** Returns a store with settings, and credentials in {@code config.json} beside it. */
  static ImageStore store(Path directory, Map<String, String> settings) {
    return store(directory, RuntimeConfig.of(settings));
  }

  /** Returns a store with a configuration, and credentials in {@code config.json} beside it. */
  static ImageStore store(Path directory, RuntimeConfig config) {
    return new ImageStore(
        directory,
        RegistryClient.of(config, List.of(directory.resolveSibling("config.json"))),
        SharedStore.of(
            config,
            new OverlayTrial(
                HelperProgram.jarOf(EmbeddedRuntimeProvider.class),
                directory.resolveSibling("trials-" + directory.getFileName()),
                config.callTimeout())),
        ImageStore.maxSize(config));
  }

  TestImage platform(String os, String architecture) {
    platform = "\"os\":\"%s\",\"architecture\":\"%s\",".formatted(os, architecture);
    return this;
  }

  TestImage layer(byte[] tar) {
    layers.add(tar);
    return this;
  }

  TestImage layer(Layer layer) throws IOException {
    return layer(tar(layer));
  }

  /** Writes the entries of a layer. */
  @FunctionalInterface
  interface Layer {
    void into(TarArchiveOutputStream tar) throws IOException;
  }

  /** Returns an image with the configuration of this one, whose archives have other layers. */
  TestImage withOther(byte[]... others) {
    TestImage image = new TestImage(name);
    image.config = config();
    image.layers.addAll(List.of(others));
    return image;
  }

  List<byte[]> layers() {
    return layers;
  }

  String config() {
    if (config != null) {
      return config;
    }
    String ids =
        layers.stream().map(each -> "\"" + sha256(each) + "\"").collect(Collectors.joining(","));
    return "{%s\"config\":{\"Env\":[\"PATH=/p\"],\"Cmd\":[\"/c\"]},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[%s]}}"
        .formatted(platform, ids);
  }

  String id() {
    return sha256(config().getBytes(UTF_8));
  }

  /** Writes an archive as {@code docker save} does. */
  Path saveTo(Path archive) throws IOException {
    return save(archive, List.of(this));
  }

  static Path save(Path archive, List<TestImage> images) throws IOException {
    Files.write(archive, tar(all -> putAll(all, images)));
    return archive;
  }

  private static void putAll(TarArchiveOutputStream all, List<TestImage> images)
      throws IOException {
    List<String> manifests = new ArrayList<>();
    for (TestImage image : images) {
      List<String> files = new ArrayList<>();
      for (byte[] layer : image.layers) {
        String file = hex(sha256(layer)) + "/layer.tar";
        files.add("\"" + file + "\"");
        put(all, file, layer);
      }
      String config = hex(image.id()) + ".json";
      put(all, config, image.config().getBytes(UTF_8));
      manifests.add(
          "{\"Config\":\"%s\",\"RepoTags\":[\"%s\"],\"Layers\":%s}"
              .formatted(config, image.name, files));
    }
    put(all, "manifest.json", manifests.toString().getBytes(UTF_8));
  }

  static String hex(String digest) {
    return digest.substring("sha256:".length());
  }

  static String sha256(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return "sha256:" + HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static byte[] tar(Layer layer) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8")) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
      layer.into(tar);
    }
    return bytes.toByteArray();
  }

  /** Returns an empty file as it lies in an archive; the library takes long for many long names. */
  static byte[] entry(String name) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8");
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
    put(tar, name, new byte[0]);
    tar.flush(); // closing it would write the end of an archive
    return bytes.toByteArray();
  }

  static void put(TarArchiveOutputStream tar, String name, byte[] content) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, LF_NORMAL, true);
    entry.setMode(0644);
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }

  /**
   * Writes an entry.
   *
   * @param text the content of the file, or the target of the link
   */
  static void put(TarArchiveOutputStream tar, byte type, String name, String text, int mode)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
    entry.setMode(mode);
    byte[] bytes = type == LF_NORMAL ? text.getBytes(UTF_8) : new byte[0];
    entry.setSize(bytes.length);
    if (type == LF_LINK || type == LF_SYMLINK) {
      entry.setLinkName(text);
    }
    tar.putArchiveEntry(entry);
    tar.write(bytes);
    tar.closeArchiveEntry();
  }

  static void put(TarArchiveOutputStream tar, byte type, String name, String text)
      throws IOException {
    put(tar, type, name, text, 0755);
  }
}
