package io.lofn.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class GzipTest {

  private static final int HAS_TEXT = 1;
  private static final int HAS_CHECKSUM = 2;
  private static final int HAS_EXTRA = 4;
  private static final int HAS_NAME = 8;
  private static final int HAS_COMMENT = 16;

  /** The end of a file by {@code bgzip}: an empty member. */
  private static final byte[] BGZF_END = {
    0x1f,
    (byte) 0x8b,
    8,
    4,
    0,
    0,
    0,
    0,
    0,
    (byte) 0xff,
    6,
    0,
    0x42,
    0x43,
    2,
    0,
    0x1b,
    0,
    3,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0
  };

  @Test
  void aPauseAtAnyPlaceOfTheMembersIsNotTheEnd() throws IOException {
    byte[] members = concat(gzip("x\n"), gzip(""), gzip("y\nlonger ".repeat(20)), BGZF_END);
    String expected = "x\n" + "y\nlonger ".repeat(20);

    for (int pause = 0; pause <= members.length; pause++) {
      assertThat(read(new Pausing(members, pause))).as("pause at %d", pause).isEqualTo(expected);
    }
    assertThat(read(new Dripping(members))).isEqualTo(expected);
  }

  @Test
  void linesOfStandardOutputAreReadToItsEndWhereverItPauses() throws IOException {
    byte[] members = concat(gzip("a\nb"), gzip("c\n"), gzip("d"));

    for (int pause = 0; pause <= members.length; pause++) {
      try (Stream<String> lines =
          Lines.text()
              .gzip()
              .read("standard output", new Pausing(members, pause), RecordLimit.standard())) {
        assertThat(lines).containsExactly("a", "bc", "d");
      }
      try (Stream<byte[]> lines =
          Lines.text()
              .gzip()
              .bytes()
              .format()
              .read("standard output", new Pausing(members, pause), RecordLimit.standard())) {
        assertThat(lines.map(bytes -> new String(bytes, UTF_8))).containsExactly("a", "bc", "d");
      }
    }
  }

  @Test
  void charactersAndDelimitersMayBeCutByPauses() throws IOException {
    byte[] text = "\u00e9\uD83D\uDE00<>\u20ac<>\u00e9".getBytes(UTF_8);

    for (int pause = 0; pause <= text.length; pause++) {
      try (Stream<String> lines =
          Lines.text()
              .delimiter("<>")
              .read("standard output", new Pausing(text, pause), RecordLimit.standard())) {
        assertThat(lines).containsExactly("\u00e9\uD83D\uDE00", "\u20ac", "\u00e9");
      }
    }
  }

  @Test
  void aCharacterThatTheEndCutsIsAnError() throws IOException {
    for (String charset : List.of("UTF-8", "UTF-16LE", "UTF-32BE", "GB18030")) {
      Lines lines = Lines.text().charset(java.nio.charset.Charset.forName(charset));
      byte[] face = "\uD83D\uDE00".getBytes(charset);
      for (int length = 1; length < face.length; length++) {
        byte[] cut = Arrays.copyOf(face, length);
        assertThatThrownBy(
                () -> {
                  try (Stream<String> records =
                      lines.read("it", new ByteArrayInputStream(cut), RecordLimit.standard())) {
                    records.toList();
                  }
                })
            .as("%s after %d bytes", charset, length)
            .isInstanceOf(LofnException.class)
            .hasMessageContaining("Invalid " + charset + " in it at byte 0");
      }
    }
  }

  @Test
  void nothingAtAllIsEmptyAndSoAreMembersOfNothing() throws IOException {
    assertThat(read(new byte[0])).isEmpty();
    assertThat(read(gzip(""))).isEmpty();
    assertThat(read(concat(BGZF_END, gzip(""), BGZF_END))).isEmpty();
    assertThat(read(concat(BGZF_END, gzip("x"), BGZF_END, gzip("y")))).isEqualTo("xy");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 511, 100_000})
  void zerosAfterTheLastMemberArePadding(int zeros) throws IOException {
    byte[] padded = concat(gzip("x"), gzip("y"), new byte[zeros]);

    assertThat(read(padded)).isEqualTo("xy");
    assertThat(read(new Dripping(padded))).isEqualTo("xy");
  }

  static List<byte[]> whatIsNoMember() {
    return List.of(
        new byte[] {'x'},
        "trailing text".getBytes(UTF_8),
        new byte[] {0, 0, 'x'},
        concat(new byte[4], gzip("z")),
        new byte[] {0x1f, 'x', 0, 0},
        new byte[] {0x1f, (byte) 0x8b, 7, 0, 0, 0, 0, 0, 0, 0},
        new byte[] {0x1f, (byte) 0x8b, 8, 0x20, 0, 0, 0, 0, 0, 0});
  }

  @ParameterizedTest
  @MethodSource("whatIsNoMember")
  void whateverElseFollowsTheLastMemberIsAnError(byte[] trailing) {
    assertThatThrownBy(() -> read(concat(gzip("x"), trailing)))
        .isInstanceOf(ZipException.class)
        .hasMessageMatching("Invalid gzip data before byte \\d+: .*");
    assertThatThrownBy(() -> read(trailing)).isInstanceOf(ZipException.class);
  }

  @Test
  void dataThatIsCutAnywhereIsAnErrorButBetweenMembers() throws IOException {
    byte[] one = member(HAS_CHECKSUM | HAS_EXTRA | HAS_NAME | HAS_COMMENT, "first");
    byte[] members = concat(one, gzip("second"));

    for (int length = 1; length < members.length; length++) {
      byte[] cut = Arrays.copyOf(members, length);
      if (length == one.length) {
        assertThat(read(cut)).isEqualTo("first");
      } else {
        assertThatThrownBy(() -> read(cut))
            .as("cut at %d", length)
            .isInstanceOf(EOFException.class)
            .hasMessageContaining("ends at byte " + length);
      }
    }
  }

  @Test
  void everyHeaderOfTheFormatIsRead() throws IOException {
    for (int flags = 0; flags < 32; flags++) {
      byte[] members = concat(member(flags, "a"), member(flags, ""), member(flags, "b"));
      assertThat(read(members)).as("flags %d", flags).isEqualTo("ab");
      assertThat(read(new Dripping(members))).as("flags %d", flags).isEqualTo("ab");
    }
  }

  @Test
  void aByteThatChangedIsAnErrorWhereverItCounts() {
    byte[] good = member(HAS_CHECKSUM | HAS_NAME | HAS_TEXT, "some text that is checked");

    for (int at = 0; at < good.length; at++) {
      byte[] bad = good.clone();
      bad[at] ^= (byte) 0xff;
      assertThatThrownBy(() -> read(bad)).as("byte %d", at).isInstanceOf(IOException.class);
    }
  }

  @Test
  void muchDataPassesInPiecesOfAnyLength() throws IOException {
    byte[] noise = new byte[300_000];
    new Random(5).nextBytes(noise);
    byte[] text = "some text ".repeat(100_000).getBytes(UTF_8);
    byte[] members = concat(gzip(noise), gzip(text));

    for (int length : List.of(1, 7, 8191, 1 << 20)) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      byte[] piece = new byte[length];
      try (InputStream in = Gzip.open(new ByteArrayInputStream(members))) {
        for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
          all.write(piece, 0, count);
        }
        assertThat(in.read()).isEqualTo(-1);
      }
      assertThat(all.toByteArray()).isEqualTo(concat(noise, text));
    }
  }

  @Test
  void whatHasComeIsGivenBeforeMoreIsWaitedFor() throws IOException {
    byte[] first = gzip("first");
    Pausing source = new Pausing(concat(first, gzip("second")), first.length);

    try (InputStream in = Gzip.open(source)) {
      assertThat(new String(in.readNBytes(5), UTF_8)).isEqualTo("first");
      assertThat(source.position).isEqualTo(first.length);
    }
  }

  @Test
  void closingItClosesTheSourceAndMakesItUseless() throws IOException {
    AtomicInteger closed = new AtomicInteger();
    InputStream in =
        Gzip.open(
            new ByteArrayInputStream(gzip("x")) {
              @Override
              public void close() {
                closed.incrementAndGet();
              }
            });

    in.close();
    in.close();

    assertThat(closed).hasValue(1);
    assertThatThrownBy(in::read).isInstanceOf(IOException.class);
  }

  private static String read(byte[] compressed) throws IOException {
    return read(new ByteArrayInputStream(compressed));
  }

  private static String read(InputStream compressed) throws IOException {
    try (InputStream in = Gzip.open(compressed)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private static byte[] gzip(String text) {
    return gzip(text.getBytes(UTF_8));
  }

  private static byte[] gzip(byte[] data) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(data);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes.toByteArray();
  }

  /** A member with any fields in its header. */
  private static byte[] member(int flags, String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {0x1f, (byte) 0x8b, 8, (byte) flags, 1, 2, 3, 4, 0, 3});
    if ((flags & HAS_EXTRA) != 0) {
      out.writeBytes(concat(new byte[] {4, 1}, new byte[260]));
    }
    if ((flags & HAS_NAME) != 0) {
      out.writeBytes("name\0".getBytes(ISO_8859_1));
    }
    if ((flags & HAS_COMMENT) != 0) {
      out.writeBytes("a comment\0".getBytes(ISO_8859_1));
    }
    if ((flags & HAS_CHECKSUM) != 0) {
      out.writeBytes(littleEndian(crc(out.toByteArray()), 2));
    }
    byte[] data = text.getBytes(UTF_8);
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    deflater.setInput(data);
    deflater.finish();
    byte[] deflated = new byte[1000];
    out.write(deflated, 0, deflater.deflate(deflated));
    deflater.end();
    out.writeBytes(littleEndian(crc(data), 4));
    out.writeBytes(littleEndian(data.length, 4));
    return out.toByteArray();
  }

  private static long crc(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return crc.getValue();
  }

  private static byte[] littleEndian(long value, int length) {
    byte[] bytes = new byte[length];
    IntStream.range(0, length).forEach(i -> bytes[i] = (byte) (value >> (8 * i)));
    return bytes;
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Stream.of(parts).forEach(all::writeBytes);
    return all.toByteArray();
  }

  /** A pipe whose writer pauses at one place: nothing is there, but it is not the end. */
  private static final class Pausing extends InputStream {

    private final byte[] bytes;
    private final int pause;
    private int position;

    Pausing(byte[] bytes, int pause) {
      this.bytes = bytes;
      this.pause = pause;
    }

    @Override
    public int read() {
      return position < bytes.length ? bytes[position++] & 0xff : -1;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
      if (position == bytes.length) {
        return -1;
      }
      int end = position < pause ? pause : bytes.length;
      int count = Math.min(length, end - position);
      System.arraycopy(bytes, position, buffer, offset, count);
      position += count;
      return count;
    }

    @Override
    public int available() {
      return position < pause ? pause - position : 0;
    }
  }

  /** A pipe that never holds more than the next byte. */
  private static final class Dripping extends InputStream {

    private final InputStream bytes;

    Dripping(byte[] bytes) {
      this.bytes = new ByteArrayInputStream(bytes);
    }

    @Override
    public int read() throws IOException {
      return bytes.read();
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      return bytes.read(buffer, offset, Math.min(1, length));
    }
  }
}
