package io.lofn.runtime.embedded.shared;

import io.lofn.image.Sha256;
import io.lofn.runtime.embedded.registry.Manifest.Descriptor;
import io.lofn.runtime.embedded.registry.Progress;
import io.lofn.spi.BlockInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A stream of a blob that fails where it is longer or shorter than it should be. */
final class CheckedBlob extends BlockInputStream {

  private final InputStream in;
  private final Descriptor blob;
  private final Function<StoreFault, StoreFault> blame;
  private final Progress progress;
  private final @Nullable MessageDigest digest;
  private long length;
  private boolean ended;

  /**
   * @param hashed whether to compare its digest, too
   * @param blame is told each failure
   */
  CheckedBlob(
      InputStream in,
      Descriptor blob,
      boolean hashed,
      Function<StoreFault, StoreFault> blame,
      Progress progress) {
    this.in = in;
    this.blob = blob;
    this.blame = blame;
    this.progress = progress;
    digest = hashed ? Sha256.start() : null;
  }

  @Override
  public int read(byte[] bytes, int offset, int size) throws IOException {
    int read;
    try {
      read = in.read(bytes, offset, size);
    } catch (IOException e) {
      throw blame.apply(StoreFault.unreadable(blob.digest(), e));
    }
    if (read > 0) {
      if (digest != null) {
        digest.update(bytes, offset, read);
      }
      length += read;
      progress.add(read);
      if (length > blob.size()) {
        throw damaged("it has more than %d bytes".formatted(blob.size()));
      }
    } else if (read < 0 && !ended) {
      ended = true;
      end();
    }
    return read;
  }

  private void end() throws IOException {
    if (length < blob.size()) {
      throw damaged("it has %d bytes instead of %d".formatted(length, blob.size()));
    }
    String found = digest == null ? blob.digest() : Sha256.end(digest);
    if (!found.equals(blob.digest())) {
      throw damaged("its digest is " + found);
    }
  }

  private StoreFault damaged(String why) {
    return blame.apply(StoreFault.damaged(blob.digest(), why));
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
