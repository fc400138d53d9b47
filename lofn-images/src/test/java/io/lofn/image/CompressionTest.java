package io.lofn.image;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

@Timeout(60)
class CompressionTest {

  /** A header with a name, but for the name. */
  private static final byte[] NAMED = HexFormat.of().parseHex("1f8b08080000000000ff");

  private static byte[] plain(InputStream in) throws IOException {
    InputStream buffered = new BufferedInputStream(in);
    try (InputStream plain = Compression.of(buffered).plain(buffered)) {
      return plain.readAllBytes();
    }
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(text.getBytes(US_ASCII));
    }
    return bytes.toByteArray();
  }

  /** A name that would fill the memory. */
  private static InputStream endless() {
    return new InputStream() {
      @Override
      public int read() {
        return 'n';
      }

      @Override
      public int read(byte[] bytes, int offset, int length) {
        Arrays.fill(bytes, offset, offset + length, (byte) 'n');
        return length;
      }
    };
  }

  @Test
  void membersOfGzipAreReadOneAfterTheOther() throws Exception {
    InputStream two =
        new SequenceInputStream(
            new ByteArrayInputStream(gzip("one ")), new ByteArrayInputStream(gzip("two")));
    assertThat(plain(two)).asString(US_ASCII).isEqualTo("one two");
    String large = "0123456789".repeat(500_000);
    assertThat(plain(new ByteArrayInputStream(gzip(large)))).asString(US_ASCII).isEqualTo(large);
  }

  @Test
  void aHeaderOfGzipOfAnyLengthIsRefusedBeforeItIsInMemory() throws Exception {
    for (byte[] before : new byte[][] {{}, gzip("a member before it")}) {
      InputStream member = new SequenceInputStream(new ByteArrayInputStream(NAMED), endless());
      assertThatThrownBy(
              () -> plain(new SequenceInputStream(new ByteArrayInputStream(before), member)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("header of its gzip format is longer");
    }
  }

  @Test
  void xzIsReadUnlessItWantsVeryMuchMemory() throws Exception {
    ByteArrayOutputStream small = new ByteArrayOutputStream();
    try (OutputStream xz = new XZOutputStream(small, new LZMA2Options())) {
      xz.write("some text".getBytes(US_ASCII));
    }
    assertThat(plain(new ByteArrayInputStream(small.toByteArray())))
        .asString(US_ASCII)
        .isEqualTo("some text");

    assertThatThrownBy(() -> plain(new ByteArrayInputStream(xzWithADictionaryOf512Mib())))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("memory");
  }

  /** The headers of a stream and of its first block, by the specification of the format. */
  private static byte[] xzWithADictionaryOf512Mib() {
    ByteBuffer bytes = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(HexFormat.of().parseHex("fd377a585a00"));
    checked(bytes, "0001");
    checked(bytes, "0200210122000000");
    return bytes.array();
  }

  private static void checked(ByteBuffer bytes, String hex) {
    byte[] content = HexFormat.of().parseHex(hex);
    CRC32 sum = new CRC32();
    sum.update(content);
    bytes.put(content).putInt((int) sum.getValue());
  }
}
