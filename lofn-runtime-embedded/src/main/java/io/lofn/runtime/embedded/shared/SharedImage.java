package io.lofn.runtime.embedded.shared;

import io.lofn.http.RegistryName;
import io.lofn.image.ArchiveFiles;
import io.lofn.image.ArchiveJson;
import io.lofn.image.OciLayout;
import io.lofn.image.Platform;
import io.lofn.image.Sha256;
import io.lofn.runtime.embedded.registry.Manifest;
import io.lofn.runtime.embedded.registry.Manifest.Descriptor;
import io.lofn.runtime.embedded.registry.Progress;
import io.lofn.runtime.embedded.registry.Source;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One image of the store, as the files of an archive. Layers are read where they lie, and their
 * digests are checked by who unpacks them. If that fails, the file is read once more, to tell whose
 * fault it is. Not thread-safe, but for the streams.
 */
final class SharedImage implements ArchiveFiles {

  private final SharedLayout layout;
  private final Map<String, Descriptor> files = new LinkedHashMap<>();
  private final byte[] index;
  private final Progress progress;
  private final Set<String> layers = new HashSet<>();
  private @Nullable Descriptor last;
  private boolean layersRead;
  private volatile @Nullable StoreFault fault;

  private SharedImage(
      SharedLayout layout, Source source, Manifest manifest, Descriptor config, byte[] index) {
    this.layout = layout;
    this.index = index;
    add(new Descriptor(manifest.digest(), manifest.bytes().length));
    add(config);
    long all = 0;
    for (Descriptor each : manifest.layers()) {
      add(each);
      layers.add(OciLayout.blob(each.digest()));
      all += each.size();
    }
    progress = new Progress(source.asked().repository() + " from " + source.host(), all, 0);
  }

  private void add(Descriptor file) {
    files.put(OciLayout.blob(file.digest()), file);
  }

  /**
   * Finds an image.
   *
   * @param digest of its manifest, or of an index
   * @param wanted the platform as the user names it; empty: this node's
   * @return empty if it is not there, or not for this platform
   * @throws StoreFault if a file is damaged or cannot be read
   */
  static Optional<SharedImage> find(
      SharedLayout layout, Source source, String digest, Optional<String> wanted)
      throws IOException {
    Optional<ManifestChain> chain =
        ManifestChain.read(source, digest, wanted, each -> read(layout, each));
    if (chain.isEmpty()) {
      return Optional.empty();
    }
    Manifest manifest = chain.get().image();
    Descriptor config = manifest.config();
    Optional<byte[]> bytes = read(layout, config.digest());
    if (bytes.isEmpty()
        || !Platform.of(ArchiveJson.parse("configuration", bytes.get())).fits(wanted)) {
      return Optional.empty();
    }
    String name = RegistryName.of(source.asked()).toString();
    byte[] index = OciLayout.index(name, manifest.digest(), manifest.bytes().length);
    return Optional.of(new SharedImage(layout, source, manifest, config, index));
  }

  private static Optional<byte[]> read(SharedLayout layout, String digest) throws IOException {
    try {
      if (!layout.has(digest)) {
        return Optional.empty();
      }
      try (InputStream in = layout.open(digest)) {
        byte[] bytes = in.readNBytes(ArchiveJson.MOST_BYTES + 1);
        if (!Sha256.of(bytes).equals(digest)) {
          throw StoreFault.damaged(digest, "its digest is " + Sha256.of(bytes));
        }
        return Optional.of(bytes);
      }
    } catch (StoreFault e) {
      throw e;
    } catch (IOException e) {
      throw StoreFault.unreadable(digest, e);
    }
  }

  /** Tells that all was read; nothing of an image whose tree is there is. */
  void end() {
    if (layersRead) {
      progress.end();
    }
  }

  /** Returns what was wrong with the store, if that is why something failed. */
  Optional<StoreFault> fault() {
    Descriptor file = last;
    if (fault == null && file != null) {
      byte[] block = new byte[1 << 16];
      try (InputStream in = opened(file, true)) {
        while (in.read(block) >= 0 && !Thread.currentThread().isInterrupted()) {
          // The stream checks itself.
        }
      } catch (IOException e) {
        return Optional.of(told(file, e));
      }
    }
    return Optional.ofNullable(fault);
  }

  private static StoreFault told(Descriptor file, IOException e) {
    return e instanceof StoreFault known ? known : StoreFault.unreadable(file.digest(), e);
  }

  private StoreFault blame(StoreFault found) {
    if (fault == null) {
      fault = found;
    }
    return found;
  }

  @Override
  public boolean has(String name) {
    return name.equals(OciLayout.INDEX) || files.containsKey(name);
  }

  @Override
  public InputStream open(String name) throws IOException {
    if (name.equals(OciLayout.INDEX)) {
      return new ByteArrayInputStream(index);
    }
    Descriptor file = files.get(name);
    if (file == null) {
      throw new IOException("it has no file " + name);
    }
    layersRead |= layers.contains(name);
    last = file;
    try {
      return opened(file, false);
    } catch (IOException e) {
      throw blame(told(file, e));
    }
  }

  private InputStream opened(Descriptor file, boolean hashed) throws IOException {
    if (!layout.has(file.digest())) {
      throw StoreFault.damaged(file.digest(), "it is not there");
    }
    return new CheckedBlob(layout.open(file.digest()), file, hashed, this::blame, progress);
  }

  @Override
  public void close() {
    // Streams are closed by who opened them.
  }
}
