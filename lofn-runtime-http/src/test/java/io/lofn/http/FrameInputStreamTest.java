package io.lofn.http;

import static io.lofn.http.FrameInputStream.STDERR;
import static io.lofn.http.FrameInputStream.STDOUT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameInputStreamTest {

  private final AtomicBoolean closed = new AtomicBoolean();

  @Test
  void joinsFrames() throws IOException {
    assertThat(read(frames(frame(1, "one, "), frame(1, ""), frame(1, "two"))))
        .isEqualTo("one, two");
  }

  @Test
  void endsWhereTheFramesEnd() throws IOException {
    InputStream stream = stream(frames(frame(1, "x")));
    assertThat(stream.read()).isEqualTo('x');
    assertThat(stream.read()).isEqualTo(-1);
    assertThat(stream.read(new byte[4])).isEqualTo(-1);
  }

  /** As podman's service does for clients of docker. */
  @Test
  void leavesOutTheOtherStreamWhateverWasAskedFor() throws IOException {
    byte[] both =
        frames(frame(2, "e1"), frame(1, "o1"), frame(2, ""), frame(2, "e2"), frame(1, "o2"));

    assertThat(new FrameInputStream(new ByteArrayInputStream(both), STDOUT, closed::get))
        .hasContent("o1o2");
    assertThat(new FrameInputStream(new ByteArrayInputStream(both), STDERR, closed::get))
        .hasContent("e1e2");
  }

  @Test
  void failsIfTheOtherStreamBreaksOff() {
    byte[] whole = frame(2, "error");

    assertThatThrownBy(() -> stream(Arrays.copyOf(whole, whole.length - 1)).read())
        .isInstanceOf(EOFException.class);
  }

  @Test
  void keepsAllByteValues() throws IOException {
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    assertThat(stream(frames(frame(1, all))).readAllBytes()).isEqualTo(all);
    InputStream single = stream(frames(frame(1, all)));
    for (int i = 0; i < all.length; i++) {
      assertThat(single.read()).isEqualTo(i);
    }
  }

  @Test
  void takesLengthsOfAllFourBytes() throws IOException {
    byte[] content = new byte[0x01_02_03_04];
    Arrays.fill(content, (byte) 0xff);
    assertThat(stream(frames(frame(1, content))).readAllBytes()).hasSize(content.length);
  }

  @Test
  void takesFramesThatArriveByteByByte() throws IOException {
    byte[] bytes = frames(frame(1, "slow"), frame(1, "ly"));
    InputStream source =
        new FilterInputStream(new ByteArrayInputStream(bytes)) {
          @Override
          public int read(byte[] target, int offset, int length) throws IOException {
            return super.read(target, offset, Math.min(1, length));
          }
        };
    assertThat(new FrameInputStream(source, STDOUT, closed::get).readAllBytes())
        .isEqualTo("slowly".getBytes(UTF_8));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 7})
  void failsIfTheHeaderBreaksOff(int bytes) {
    byte[] all = frames(frame(1, "kept"), frame(1, "lost"));
    assertThatThrownBy(() -> read(Arrays.copyOf(all, 12 + bytes))).isInstanceOf(EOFException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 9, 11})
  void failsIfTheContentBreaksOff(int bytes) {
    byte[] all = frames(frame(1, "kept"), frame(1, "lost"));
    assertThatThrownBy(() -> read(Arrays.copyOf(all, 12 + bytes))).isInstanceOf(EOFException.class);
  }

  @Test
  void givesWhatCameBeforeItBrokeOff() throws IOException {
    InputStream stream = stream(Arrays.copyOf(frames(frame(1, "kept"), frame(1, "lost")), 14));
    assertThat(stream.readNBytes(4)).isEqualTo("kept".getBytes(UTF_8));
    assertThatThrownBy(stream::read).isInstanceOf(EOFException.class);
  }

  @Test
  void endsIfItBreaksOffOnPurpose() throws IOException {
    closed.set(true);
    InputStream stream = stream(Arrays.copyOf(frames(frame(1, "kept"), frame(1, "lost")), 22));
    assertThat(stream.readAllBytes()).isEqualTo("keptlo".getBytes(UTF_8));
    assertThat(stream.read()).isEqualTo(-1);
  }

  @Test
  void failsIfTheConnectionFailsUnlessOnPurpose() throws IOException {
    InputStream broken = InputStream.nullInputStream();
    broken.close();
    InputStream stream = new FrameInputStream(broken, STDOUT, closed::get);
    assertThatThrownBy(stream::read).isInstanceOf(IOException.class).hasMessage("Stream closed");
    closed.set(true);
    assertThat(stream.read()).isEqualTo(-1);
  }

  @Test
  void failsIfTheBytesAreNoFrames() {
    assertThatThrownBy(() -> read("plain text".getBytes(UTF_8)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Not a frame");
  }

  @Test
  void failsWithTheErrorOfTheEngine() {
    assertThatThrownBy(() -> read(frames(frame(3, "disk on fire"))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("disk on fire");
  }

  private String read(byte[] bytes) throws IOException {
    return new String(stream(bytes).readAllBytes(), UTF_8);
  }

  private InputStream stream(byte[] bytes) {
    return new FrameInputStream(new ByteArrayInputStream(bytes), STDOUT, closed::get);
  }

  private static byte[] frames(byte[]... frames) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] frame : frames) {
      all.writeBytes(frame);
    }
    return all.toByteArray();
  }

  private static byte[] frame(int kind, String content) {
    return frame(kind, content.getBytes(UTF_8));
  }

  private static byte[] frame(int kind, byte[] content) {
    return ByteBuffer.allocate(8 + content.length)
        .putInt(kind << 24)
        .putInt(content.length)
        .put(content)
        .array();
  }
}
