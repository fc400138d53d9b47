package io.lofn.image;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;

/**
 * Reads the manifests and configurations of one archive or registry, and limits what they take on
 * the heap, since an image may be untrusted.
 */
public final class ArchiveJson {

  /** Registries accept manifests of up to 4 MiB. */
  public static final int MOST_BYTES = 4 << 20;

  /** Those of ten thousand images, some KiB each. */
  private static final long MOST_BYTES_IN_ALL = 32L << 20;

  /** A tree takes up to 100 bytes for a value or bracket: texts of 2 bytes would be 50 times it. */
  private static final int MOST_TOKENS = 250_000;

  private static final JsonMapper JSON = new JsonMapper();

  private final ArchiveFiles files;
  private long left = MOST_BYTES_IN_ALL;

  ArchiveJson(ArchiveFiles files) {
    this.files = files;
  }

  /** Reads a file as a tree, which the caller must not keep. */
  JsonNode tree(Blob blob) throws IOException {
    return parse(blob, bytes(blob));
  }

  /** Reads the bytes of a file. */
  byte[] bytes(Blob blob) throws IOException {
    byte[] bytes = blob.read(files, MOST_BYTES);
    left -= bytes.length;
    if (left < 0) {
      throw new IOException(
          "its manifests and configurations have more than %d bytes together"
              .formatted(MOST_BYTES_IN_ALL));
    }
    return bytes;
  }

  static JsonNode parse(Blob blob, byte[] bytes) throws IOException {
    return parse(blob.file(), bytes);
  }

  /**
   * Reads a manifest or configuration as a tree, which the caller must not keep.
   *
   * @param file its name, for messages
   * @throws IOException if it is no JSON, or has too many values
   */
  public static JsonNode parse(String file, byte[] bytes) throws IOException {
    int tokens = 0;
    int depth = 0;
    try (JsonParser parser = JSON.createParser(bytes)) {
      do {
        JsonToken token = parser.nextToken();
        if (token == null) {
          break;
        }
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        if (++tokens > MOST_TOKENS) {
          throw new IOException(
              "its file %s has more than %d JSON values and names".formatted(file, MOST_TOKENS));
        }
      } while (depth > 0);
    }
    return JSON.readTree(bytes);
  }
}
