package io.lofn.runtime.cli.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ReadAheadTest {

  @TempDir Path directory;

  private ReadAhead of(InputStream source) throws IOException {
    Path file = directory.resolve("ring");
    ReadAhead readAhead = ReadAhead.of(source, file, "test");
    assertThat(file).doesNotExist();
    return readAhead;
  }

  @Test
  void passesEveryByteInOrderAroundTheRing() throws Exception {
    byte[] data = new byte[3 * ReadAhead.CAPACITY + 12_345];
    new Random(1).nextBytes(data);
    try (ReadAhead readAhead = of(new ByteArrayInputStream(data))) {
      assertThat(readAhead.readAllBytes()).isEqualTo(data);
      assertThat(readAhead.read()).isEqualTo(-1);
    }
  }

  @Test
  void readsAheadAsFarAsItsCapacity() throws Exception {
    AtomicLong taken = new AtomicLong();
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 0;
          }

          @Override
          public int read(byte[] buffer, int offset, int length) {
            taken.addAndGet(length);
            return length;
          }
        };
    try (ReadAhead readAhead = of(endless)) {
      while (readAhead.available() < ReadAhead.CAPACITY) {
        Thread.sleep(1);
      }
      Thread.sleep(200);
      assertThat(readAhead.available()).isEqualTo(ReadAhead.CAPACITY);
      assertThat(taken.get()).isLessThanOrEqualTo(ReadAhead.CAPACITY + (64 << 10));
      readAhead.skipNBytes(1 << 20);
      while (readAhead.available() < ReadAhead.CAPACITY) {
        Thread.sleep(1);
      }
    }
  }

  @Test
  void passesOnWhatIsThereWithoutWaitingForMore() throws Exception {
    try (PipedOutputStream source = new PipedOutputStream();
        ReadAhead readAhead = of(new PipedInputStream(source))) {
      source.write("one".getBytes(UTF_8));
      source.flush();
      assertThat(readAhead.readNBytes(3)).asString(UTF_8).isEqualTo("one");
      source.write(0xff);
      source.flush();
      assertThat(readAhead.read()).isEqualTo(0xff);
    }
  }

  @Test
  void closingFreesAReader() throws Exception {
    try (PipedOutputStream source = new PipedOutputStream()) {
      ReadAhead readAhead = of(new PipedInputStream(source));
      CompletableFuture<Void> reader =
          CompletableFuture.runAsync(
              () -> assertThatThrownBy(readAhead::read).hasMessageContaining("closed"));
      Thread.sleep(100);
      readAhead.close();
      readAhead.close();
      reader.get(10, SECONDS);
    }
  }

  @Test
  void closingDoesNotHoldBackWhoWrites() throws Exception {
    byte[] data = new byte[2 * ReadAhead.CAPACITY];
    ByteArrayInputStream source = new ByteArrayInputStream(data);
    ReadAhead readAhead = of(source);
    readAhead.close();
    readAhead.head(Duration.ofSeconds(30));
    assertThat(source.available()).isZero();
  }

  @Test
  void anInterruptEndsAReadButNotTheStream() throws Exception {
    try (PipedOutputStream source = new PipedOutputStream();
        ReadAhead readAhead = of(new PipedInputStream(source))) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(readAhead::read).isInstanceOf(InterruptedIOException.class);
      assertThat(Thread.interrupted()).isTrue();
      source.write(7);
      source.flush();
      assertThat(readAhead.read()).isEqualTo(7);
    }
  }

  @Test
  void aBrokenSourceIsNotTheEndOfTheStream() throws Exception {
    InputStream broken =
        new InputStream() {
          private boolean first = true;

          @Override
          public int read() throws IOException {
            if (first) {
              first = false;
              return 'x';
            }
            throw new IOException("broken");
          }

          @Override
          public int read(byte[] buffer, int offset, int length) throws IOException {
            buffer[offset] = (byte) read();
            return 1;
          }
        };
    try (ReadAhead readAhead = of(broken)) {
      assertThat(readAhead.read()).isEqualTo('x');
      assertThatThrownBy(readAhead::read).hasRootCauseMessage("broken");
    }
  }

  @Test
  void keepsHowTheStreamBegan() throws Exception {
    try (ReadAhead readAhead = of(new ByteArrayInputStream("begin".getBytes(UTF_8)))) {
      assertThat(readAhead.readAllBytes()).hasSize(5);
      assertThat(readAhead.head(Duration.ofSeconds(30))).isEqualTo("begin");
    }
    assertThat(directory).isEmptyDirectory();
  }
}
