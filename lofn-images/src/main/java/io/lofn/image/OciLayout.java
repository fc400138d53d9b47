package io.lofn.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The files of an OCI image layout. */
public final class OciLayout {

  /** The name of the file that lists the manifests. */
  public static final String INDEX = "index.json";

  private static final JsonMapper JSON = new JsonMapper();

  private OciLayout() {}

  /**
   * Returns the name of a blob.
   *
   * @param digest with its algorithm
   */
  public static String blob(String digest) {
    return "blobs/" + digest.replace(':', '/');
  }

  /**
   * Returns an index of one image.
   *
   * @param name the image's name
   * @param digest of its manifest
   * @param size of that in bytes
   */
  public static byte[] index(String name, String digest, long size) {
    ObjectNode index = JSON.createObjectNode().put("schemaVersion", 2);
    ObjectNode entry = index.putArray("manifests").addObject();
    entry.put("digest", digest).put("size", size);
    entry.putObject("annotations").put(ArchiveIndex.OCI_NAME, name);
    return index.toString().getBytes(UTF_8);
  }
}
