package io.lofn.runtime.cli.process;

import java.io.IOException;
import java.nio.charset.Charset;
import java.util.List;
import java.util.stream.Stream;

/**
 * The character set that the JVM hands arguments and variables to other programs in. It would
 * silently turn what it does not have into question marks.
 */
final class SystemCharset {

  // Java 17 uses the default one, later releases the one of the system.
  private static final List<Charset> CHARSETS =
      Stream.of(Charset.defaultCharset().name(), System.getProperty("sun.jnu.encoding", "UTF-8"))
          .filter(Charset::isSupported)
          .map(Charset::forName)
          .toList();

  private SystemCharset() {}

  /**
   * Checks a text.
   *
   * @throws IOException if it would be changed
   */
  static void check(String text, String what) throws IOException {
    for (Charset charset : CHARSETS) {
      if (!charset.newEncoder().canEncode(text)) {
        throw new IOException(
            "this JVM's character set %s cannot express %s; start it with the variable LC_ALL=C.UTF-8"
                .formatted(charset, what));
      }
    }
  }
}
