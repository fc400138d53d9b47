package io.lofn.runtime.embedded.registry;

import io.lofn.http.RegistryName;
import io.lofn.image.ArchiveJson;
import io.lofn.image.ImageArchive;
import io.lofn.image.NoRoomException;
import io.lofn.image.Platform;
import io.lofn.image.Sha256;
import io.lofn.runtime.embedded.registry.Manifest.Descriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import okhttp3.Request;
import okhttp3.Response;

/** One attempt to get an image, or its digest, from one source. */
final class Pull {

  private static final int OK = 200;
  private static final int MOST_DEPTH = 4;

  private final Endpoint endpoint;
  private final Source source;

  Pull(Endpoint endpoint) {
    this.endpoint = endpoint;
    source = endpoint.source();
  }

  /** Returns the digest that the name stands for, by one request if the source tells it. */
  String digest() {
    Request.Builder head = manifestRequest().head();
    try (Response response = endpoint.send("manifests", source.asked().tagOrDigest(), head)) {
      String digest = String.valueOf(response.header("Docker-Content-Digest"));
      if (response.code() == OK && !Answers.isPage(response) && Sha256.isDigest(digest)) {
        return digest;
      }
    } catch (IOException e) {
      throw endpoint.unanswered(e);
    }
    // The answer to HEAD has no text that says what is wrong.
    return manifest(source.asked().tagOrDigest()).digest();
  }

  private static Request.Builder manifestRequest() {
    return new Request.Builder().url("http://localhost").header("Accept", Manifest.ACCEPTED);
  }

  private Manifest manifest(String name) {
    byte[] bytes;
    try (Response response = endpoint.send("manifests", name, manifestRequest().get())) {
      if (response.code() != OK || Answers.isPage(response)) {
        throw Answers.refused(source, response);
      }
      bytes = response.body().byteStream().readNBytes(ArchiveJson.MOST_BYTES + 1);
    } catch (IOException e) {
      throw endpoint.unanswered(e);
    }
    if (bytes.length > ArchiveJson.MOST_BYTES) {
      throw source.refused(
          "its manifest has more than %d bytes".formatted(ArchiveJson.MOST_BYTES), "");
    }
    if (name.contains(":") && !name.equals(Sha256.of(bytes))) {
      throw source.refused(
          "its manifest %s came with another digest, %s".formatted(name, Sha256.of(bytes)),
          "ask who runs the registry or proxy");
    }
    return Manifest.parse(source, bytes);
  }

  /**
   * Pulls the image.
   *
   * @param wanted the platform as the user names it; empty: this node's
   * @return the digest that the name stands for
   */
  String into(Layout layout, Optional<String> wanted, RegistryClient.Receiver receiver)
      throws IOException {
    Manifest top = manifest(source.asked().tagOrDigest());
    Manifest manifest = top;
    for (int depth = 0; manifest.isIndex(); depth++) {
      layout.keep(manifest);
      if (depth == MOST_DEPTH) {
        throw source.refused("its indexes are nested too deeply", "");
      }
      manifest = manifest(manifest.choose(wanted).digest());
    }
    List<Descriptor> layers = manifest.layers();
    layout.put(manifest, RegistryName.of(source.asked()));
    config(layout, manifest.config(), wanted);
    Progress progress = progress(layout, layers);
    try (Arrival arrival = new Arrival(endpoint)) {
      for (Descriptor each : layers) {
        arrival.add(each.digest(), new BlobDownload(endpoint, each, layout, progress));
      }
      receiver.take(ImageArchive.arriving(layout.directory(), arrival), top.digest());
      if (arrival.hasBegun()) {
        progress.end();
      }
    }
    return top.digest();
  }

  /** An image for another platform is refused before its layers come. */
  private void config(Layout layout, Descriptor config, Optional<String> wanted)
      throws IOException {
    Progress silent = new Progress("its configuration", config.size(), 0);
    Path file = new BlobDownload(endpoint, config, layout, silent).call();
    byte[] bytes = Files.readAllBytes(file);
    Platform image = Platform.of(ArchiveJson.parse("configuration", bytes));
    if (image.fits(wanted)) {
      return;
    }
    throw source.refused(
        "no match for platform %s; the image is for %s"
            .formatted(wanted.orElse(Platform.own().toString()), image),
        "");
  }

  /** Counts what is there and what must come, for which there must be room. */
  private Progress progress(Layout layout, List<Descriptor> layers) throws IOException {
    long all = 0;
    long there = 0;
    for (Descriptor each : layers) {
      all += each.size();
      there += layout.there(each);
    }
    long free = Files.getFileStore(layout.directory()).getUsableSpace();
    if (all - there > free) {
      throw new NoRoomException(
          "its layers need %d bytes, but the disk of the images has %d bytes left; free space there, or set spark.lofn.embedded.dir to a directory on a larger disk"
              .formatted(all - there, free),
          all - there - free,
          null);
    }
    return new Progress(source.asked().repository() + " from " + source.host(), all, there);
  }
}
