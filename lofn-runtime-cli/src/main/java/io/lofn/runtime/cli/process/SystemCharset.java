package io.lofn.runtime.cli.process;

import java.io.IOException;
import java.nio.charset.Charset;
import java.util.List;
import java.util.stream.Stream;

/**
 * The character set in which the JVM passes arguments and variables to other programs. The JVM
 * silently replaces characters that it does not contain by question marks.
 */
final class SystemCharset {

  // Java 17 uses the default charset, later releases the charset of the system.
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
            "this JVM's character set %s cannot encode %s; start the JVM with the variable LC_ALL=C.UTF-8"
                .formatted(charset, what));
      }
    }
  }
}
