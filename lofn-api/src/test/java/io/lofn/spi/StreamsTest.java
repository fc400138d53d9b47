package io.lofn.spi;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import org.junit.jupiter.api.Test;

/** The streams that help the author of a runtime. */
class StreamsTest {

  @Test
  void passesEveryWriteOnAtOnce() throws Exception {
    ByteArrayOutputStream process = new ByteArrayOutputStream();
    try (OutputStream stdin = new UnbufferedOutputStream(new BufferedOutputStream(process))) {
      stdin.write('a');
      assertThat(process).hasToString("a");
      stdin.write("xbcx".getBytes(US_ASCII), 1, 2);
      assertThat(process).hasToString("abc");
    }
  }

  @Test
  void readsAByteAsABlockOfOne() throws Exception {
    byte[] content = {(byte) 0xff, 0};
    try (InputStream blocks =
        new BlockInputStream() {
          private int next;

          @Override
          public int read(byte[] bytes, int offset, int length) {
            if (next == content.length) {
              return -1;
            }
            bytes[offset] = content[next++];
            return 1;
          }
        }) {
      assertThat(blocks.read()).isEqualTo(0xff);
      assertThat(blocks.read()).isZero();
      assertThat(blocks.read()).isEqualTo(-1);
    }
  }
}
