package io.lofn.api;

import java.io.InputStream;

/**
 * Uncompresses gzip from streams that arrive while they are read, as a tool's standard output does.
 *
 * <p>{@link java.util.zip.GZIPInputStream} takes a pause between two members for the end of the
 * data, since it uses {@link InputStream#available()}; programs such as {@code bgzip} and {@code
 * pigz} write many members. For your own reader:
 *
 * <pre>{@code
 * OutputReader.stdout(
 *     stdout -> new BufferedReader(new InputStreamReader(Gzip.open(stdout), UTF_8)).lines())
 * }</pre>
 */
public final class Gzip {

  private Gzip() {}

  /**
   * Opens compressed data: any number of members (RFC 1952), and zero bytes as padding after the
   * last one. Empty data is an empty output, as of a tool that wrote nothing.
   *
   * <p>Only the end of the stream is the end of the data. Data that is cut short, has a wrong
   * checksum or length, or is followed by something else, fails with an {@link java.io.IOException}
   * that gives the offset.
   *
   * @param compressed the data; closed with the stream that is returned
   * @return the uncompressed data, buffered; for one thread
   */
  public static InputStream open(InputStream compressed) {
    return new GzipStream(compressed);
  }
}
