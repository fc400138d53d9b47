package io.lofn.core.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class IdleWatchTest {

  private static final Duration LIMIT = Duration.ofSeconds(10);

  private Instant now = Instant.EPOCH;
  private final IdleWatch watch = new IdleWatch(() -> now);
  private final List<Boolean> seen = new ArrayList<>();

  @Test
  void aToolIsIdleWhileItsReaderWaitsTooLong() throws IOException {
    InputStream stdout = watch.stdout(slow());
    assertThat(stdout.read(new byte[9])).isEqualTo(1);

    assertThat(seen).containsExactly(false, true);
  }

  @Test
  void timeInWhichNobodyReadsDoesNotCount() throws IOException {
    InputStream stdout = watch.stdout(slow());
    pass(LIMIT.multipliedBy(5));
    assertThat(isIdle()).isFalse();
    assertThat(stdout.read()).isEqualTo('a');
    pass(LIMIT.multipliedBy(5));

    assertThat(isIdle()).isFalse();
    assertThat(seen).containsExactly(false, true);
  }

  @Test
  void timeInWhichThereIsNoInputDoesNotCount() throws IOException {
    endStdout();
    OutputStream stdin = watch.stdin(OutputStream.nullOutputStream());
    pass(LIMIT.multipliedBy(5));
    assertThat(isIdle()).isFalse();
    stdin.write('a');
    pass(LIMIT.multipliedBy(5));
    assertThat(isIdle()).isFalse();
    stdin.close();
    assertThat(isIdle()).isFalse();
    pass(LIMIT.plusMillis(1));

    assertThat(isIdle()).isTrue();
  }

  @Test
  void aToolThatReadsNoMoreIsNotWaitedFor() {
    endStdout();
    OutputStream stdin =
        watch.stdin(
            new OutputStream() {
              @Override
              public void write(int b) throws IOException {
                throw new IOException("closed");
              }
            });
    assertThatThrownBy(() -> stdin.write('a')).hasMessage("closed");
    pass(LIMIT.plusMillis(1));

    assertThat(isIdle()).isTrue();
  }

  @Test
  void aToolThatComplainsIsNotIdle() throws IOException {
    endStdout();
    InputStream stderr = watch.stderr(new ByteArrayInputStream(new byte[] {'a', 'b'}));
    pass(LIMIT);
    assertThat(stderr.read()).isEqualTo('a');
    pass(LIMIT);
    assertThat(isIdle()).isFalse();
    pass(Duration.ofMillis(1));

    assertThat(isIdle()).isTrue();
  }

  /** Checks the watch while it is read: when the limit is reached, and when it is exceeded. */
  private InputStream slow() {
    return new InputStream() {
      @Override
      public int read() {
        throw new UnsupportedOperationException();
      }

      @Override
      public int read(byte[] bytes, int offset, int length) {
        pass(LIMIT);
        seen.add(isIdle());
        pass(Duration.ofMillis(1));
        seen.add(isIdle());
        bytes[offset] = 'a';
        return 1;
      }
    };
  }

  private void endStdout() {
    try {
      assertThat(watch.stdout(InputStream.nullInputStream()).read()).isEqualTo(-1);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private boolean isIdle() {
    return watch.isIdle(now, LIMIT);
  }

  private void pass(Duration time) {
    now = now.plus(time);
  }
}
