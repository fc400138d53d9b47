package io.lofn.runtime.embedded.registry;

import io.lofn.runtime.embedded.registry.Manifest.Descriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Callable;
import okhttp3.Request;
import okhttp3.Response;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings one blob, and goes on where a connection broke off, of this pull or of an earlier one. */
final class BlobDownload implements Callable<Path> {

  private static final Logger LOG = LoggerFactory.getLogger(BlobDownload.class);

  private static final int BUFFER = 1 << 17;
  private static final int OK = 200;
  private static final int PARTIAL = 206;
  private static final int NO_SUCH_RANGE = 416;

  /** How often a connection may break off before anything comes. */
  private static final int MOST_IDLE = 5;

  private static final long PAUSE_MILLIS = 100;

  private final Endpoint endpoint;
  private final Descriptor blob;
  private final Path whole;
  private final Path begun;
  private final Progress progress;

  BlobDownload(Endpoint endpoint, Descriptor blob, Layout layout, Progress progress) {
    this.endpoint = endpoint;
    this.blob = blob;
    whole = layout.whole(blob.digest());
    begun = layout.begun(blob.digest());
    this.progress = progress;
  }

  /**
   * Brings the blob, unless it is there.
   *
   * @return its file
   * @throws IOException if it cannot be written
   * @throws io.lofn.api.EngineException if it does not come
   */
  @Override
  public Path call() throws IOException {
    if (Files.exists(whole)) {
      return whole;
    }
    try (PartialFile file = PartialFile.open(begun)) {
      boolean inherited = file.length() > 0;
      fill(file);
      String found = file.digest();
      if (inherited && !found.equals(blob.digest())) {
        file.restart(); // What an earlier pull left was damaged.
        fill(file);
        found = file.digest();
      }
      require(file, found);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return Files.move(begun, whole, StandardCopyOption.ATOMIC_MOVE);
  }

  private void fill(PartialFile file) {
    int idle = 0;
    while (file.length() < blob.size()) {
      long before = file.length();
      try {
        fetch(file);
      } catch (IOException e) {
        idle = file.length() > before ? 0 : idle + 1;
        goOn(e, idle, file.length());
      }
    }
  }

  private void goOn(IOException failure, int idle, long length) {
    if (idle >= MOST_IDLE || !endpoint.pause(idle == 0 ? 0 : PAUSE_MILLIS << idle)) {
      throw endpoint.unanswered(failure);
    }
    LOG.info(
        "The connection to {} broke off ({}); going on at byte {} of {} of {}",
        endpoint.source().host(),
        failure.getMessage(),
        length,
        blob.size(),
        blob.digest());
  }

  private void fetch(PartialFile file) throws IOException {
    Request.Builder request = new Request.Builder().url("http://localhost").get();
    if (file.length() > 0) {
      request.header("Range", "bytes=%d-".formatted(file.length()));
    }
    try (Response response = endpoint.send("blobs", blob.digest(), request)) {
      boolean goesOn = isRest(response, file.length());
      boolean known = goesOn || response.code() == OK || response.code() == NO_SUCH_RANGE;
      if (!known || Answers.isPage(response)) {
        throw Answers.refused(endpoint.source(), response);
      }
      if (!goesOn) {
        progress.remove(file.length());
        file.restart();
      }
      if (response.code() == NO_SUCH_RANGE) {
        throw new IOException("status 416");
      }
      long coming = response.body().contentLength();
      if (response.code() == OK && coming >= 0 && coming != blob.size()) {
        throw wrongLength(coming);
      }
      copy(response.body().byteStream(), file);
    }
  }

  private static boolean isRest(Response response, long from) {
    return response.code() == PARTIAL
        && String.valueOf(response.header("Content-Range")).startsWith("bytes " + from + "-");
  }

  private void copy(InputStream in, PartialFile file) throws IOException {
    byte[] buffer = new byte[BUFFER];
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      if (file.length() + read > blob.size()) {
        file.restart();
        throw wrongLength(blob.size() + 1);
      }
      file.write(buffer, read);
      progress.add(read);
    }
    if (file.length() < blob.size()) {
      throw new IOException("it ended after %d bytes".formatted(file.length()));
    }
  }

  private RuntimeException wrongLength(long found) {
    return endpoint
        .source()
        .refused(
            "its file %s should have %d bytes, and what comes has %s"
                .formatted(
                    blob.digest(), blob.size(), found > blob.size() ? "more" : "only " + found),
            "push the image again, or ask who runs the registry");
  }

  private void require(PartialFile file, String found) {
    if (!found.equals(blob.digest())) {
      file.restart();
      throw endpoint
          .source()
          .refused(
              "its file %s came with another digest, %s".formatted(blob.digest(), found),
              "push the image again, or ask who runs the registry or proxy");
    }
  }
}
