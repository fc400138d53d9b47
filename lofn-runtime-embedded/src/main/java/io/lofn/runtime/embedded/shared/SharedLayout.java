package io.lofn.runtime.embedded.shared;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lofn.http.RegistryName;
import io.lofn.image.ArchiveJson;
import io.lofn.image.OciLayout;
import io.lofn.image.Sha256;
import io.lofn.spi.StoredPath;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of the store: an OCI layout, of which each file is written once, by any of many
 * writers. A name is a directory with one small file, whose own name tells the digest: the layout's
 * {@code index.json} would have to be changed by all.
 */
final class SharedLayout {

  private static final Logger LOG = LoggerFactory.getLogger(SharedLayout.class);
  private static final JsonMapper JSON = new JsonMapper();
  private static final Pattern NAMED = Pattern.compile("([0-9]{8})-([0-9a-f]{64})");
  private static final Pattern BEGUN = Pattern.compile("([0-9]{1,15})-.*");
  private static final String WRITING = "writing";
  private static final int MOST_WRITERS = 5;

  /** How long a writer may need for a file. */
  private static final Duration KEPT = Duration.ofDays(1);

  private final Place place;

  SharedLayout(Place place) {
    this.place = place;
  }

  Place place() {
    return place;
  }

  /** Opens a blob; its digest is not checked. */
  InputStream open(String digest) throws IOException {
    return place.files().open(place.at(OciLayout.blob(digest)));
  }

  boolean has(String digest) throws IOException {
    return place.files().exists(place.at(OciLayout.blob(digest)));
  }

  void delete(String digest) throws IOException {
    place.files().delete(place.at(OciLayout.blob(digest)));
  }

  /** Makes the directory a layout, and deletes what writers have left that died. */
  void prepare() throws IOException {
    put("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}");
    put(OciLayout.INDEX, "{\"schemaVersion\":2,\"manifests\":[]}");
    long old = System.currentTimeMillis() - KEPT.toMillis();
    for (StoredPath each : place.files().list(place.at(WRITING))) {
      Matcher begun = BEGUN.matcher(each.name());
      if (begun.matches() && Long.parseLong(begun.group(1)) < old) {
        place.files().delete(place.at(WRITING + "/" + each.name()));
      }
    }
  }

  /** Puts a blob there, unless it is there. */
  void put(String digest, Path file) throws IOException {
    if (!has(digest)) {
      put(OciLayout.blob(digest), out -> Files.copy(file, out));
    }
  }

  private void put(String name, String text) throws IOException {
    if (!place.files().exists(place.at(name))) {
      put(name, out -> out.write(text.getBytes(UTF_8)));
    }
  }

  /** Writes a file. */
  @FunctionalInterface
  private interface Content {
    void to(OutputStream out) throws IOException;
  }

  /**
   * Writes a file under another name first, and renames it.
   *
   * @return false if another writer was faster
   */
  private boolean put(String name, Content content) throws IOException {
    String begun =
        place.at("%s/%d-%s".formatted(WRITING, System.currentTimeMillis(), UUID.randomUUID()));
    try {
      try (OutputStream out = place.files().create(begun)) {
        content.to(out);
      }
      place.files().rename(begun, place.at(name));
      return true;
    } catch (IOException e) {
      discard(begun, e);
      if (place.files().exists(place.at(name))) {
        LOG.debug("Another node has put {}", name, e);
        return false;
      }
      throw e;
    }
  }

  private void discard(String begun, IOException failure) {
    try {
      place.files().delete(begun);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /** Returns the digest that a name stands for. */
  Optional<String> digest(RegistryName name) throws IOException {
    List<String> all = versions(name);
    return all.isEmpty() ? Optional.empty() : Optional.of(digest(all.get(all.size() - 1)));
  }

  private static String digest(String version) {
    return "sha256:" + version.substring(version.indexOf('-') + 1);
  }

  /** The last one counts; those before it are being deleted. */
  private List<String> versions(RegistryName name) throws IOException {
    List<String> versions = new ArrayList<>();
    for (StoredPath each : place.files().list(place.at(directory(name)))) {
      if (NAMED.matcher(each.name()).matches()) {
        versions.add(each.name());
      }
    }
    versions.sort(null);
    return versions;
  }

  private static String directory(RegistryName name) {
    return "names/" + Sha256.hex(name.toString().getBytes(UTF_8));
  }

  /** Lets a name stand for a digest. */
  void name(RegistryName name, String digest) throws IOException {
    for (int attempt = 0; attempt < MOST_WRITERS; attempt++) {
      List<String> before = versions(name);
      String last = before.isEmpty() ? "" : before.get(before.size() - 1);
      if (!last.isEmpty() && digest(last).equals(digest)) {
        return;
      }
      int next = last.isEmpty() ? 1 : Integer.parseInt(last.substring(0, last.indexOf('-'))) + 1;
      String version = "%08d-%s".formatted(next, digest.substring("sha256:".length()));
      if (put(directory(name) + "/" + version, out -> out.write(index(name, digest)))) {
        for (String each : before) {
          place.files().delete(place.at(directory(name) + "/" + each));
        }
        return;
      }
    }
  }

  /** For other programs: copied to {@code index.json}, it gives them the image. */
  private byte[] index(RegistryName name, String digest) throws IOException {
    ObjectNode index = JSON.createObjectNode().put("schemaVersion", 2);
    ObjectNode entry = index.putArray("manifests").addObject();
    try (InputStream in = open(digest)) {
      byte[] manifest = in.readNBytes(ArchiveJson.MOST_BYTES);
      entry.put("mediaType", JSON.readTree(manifest).path("mediaType").asText(""));
      entry.put("size", manifest.length);
    } catch (IOException notThere) {
      LOG.debug("{} has no manifest {} yet", place, digest, notThere);
    }
    entry.put("digest", digest);
    entry.putObject("annotations").put("org.opencontainers.image.ref.name", name.toString());
    return JSON.writeValueAsBytes(index);
  }
}
