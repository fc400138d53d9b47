package io.lofn.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AttachConnectionTest {

  private static final String UPGRADED =
      OneConnection.head("101 UPGRADED", "Connection: Upgrade", "Upgrade: tcp");
  private static final String PATH = "/v1.41/containers/x/attach?stream=1&stdout=1";

  @Test
  void asksForAnUpgrade() throws Exception {
    try (OneConnection engine = new OneConnection(UPGRADED);
        AttachConnection attached = open(engine)) {
      assertThat(attached).isNotNull();
      assertThat(engine.request())
          .startsWith("POST " + PATH + " HTTP/1.1\n")
          .contains("Host: localhost\n", "Connection: Upgrade\n", "Upgrade: tcp\n");
    }
  }

  @Test
  void losesNoByteThatFollowsTheAnswerAtOnce() throws Exception {
    String frame = "\1\0\0\0\0\0\0\5hello";
    try (OneConnection engine = new OneConnection(UPGRADED + frame);
        AttachConnection attached = open(engine)) {
      assertThat(attached.output(FrameInputStream.STDOUT).readNBytes(5))
          .isEqualTo("hello".getBytes(UTF_8));
    }
  }

  @Test
  void goesOnWithEnginesThatDoNotUpgrade() throws Exception {
    String head = OneConnection.head("200 OK", "Content-Type: application/vnd.docker.raw-stream");
    try (OneConnection engine = new OneConnection(head + "\1\0\0\0\0\0\0\1x");
        AttachConnection attached = open(engine)) {
      assertThat(attached.output(FrameInputStream.STDOUT).read()).isEqualTo('x');
    }
  }

  @Test
  void tellsTheEngineTheEndOfInputAndStillReads() throws Exception {
    try (OneConnection engine = new OneConnection(UPGRADED);
        AttachConnection attached = open(engine)) {
      OutputStream input = attached.input();
      input.write("in".getBytes(UTF_8));
      input.write('!');
      input.close();
      input.close();

      ByteBuffer received = ByteBuffer.allocate(10);
      while (engine.connection().read(received) >= 0) {
        assertThat(received.hasRemaining()).isTrue();
      }
      assertThat(received.flip()).isEqualTo(UTF_8.encode("in!"));
      engine.connection().write(UTF_8.encode("\1\0\0\0\0\0\0\3out"));
      assertThat(attached.output(FrameInputStream.STDOUT).readNBytes(3))
          .isEqualTo("out".getBytes(UTF_8));
      assertThatThrownBy(() -> input.write(1)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void failsWithTheAnswerOfTheEngine() throws Exception {
    String body = "{\"message\":\"No such container: x\"}";
    String head = OneConnection.head("404 Not Found", "Content-Length: " + body.length());
    try (OneConnection engine = new OneConnection(head + body);
        AttachConnection attached = engine.attach()) {
      assertThatThrownBy(() -> attached.open(PATH, Duration.ofSeconds(10)))
          .isInstanceOf(EngineAnswerException.class)
          .hasMessageContaining("404")
          .hasMessageContaining("No such container: x");
    }
  }

  @Test
  void failsIfTheStreamBreaksOff() throws Exception {
    try (OneConnection engine = new OneConnection(UPGRADED + "\1\0\0\0\0\0\0\5he");
        AttachConnection attached = open(engine)) {
      engine.connection().close();
      assertThatThrownBy(() -> attached.output(FrameInputStream.STDOUT).readAllBytes())
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void freesAReaderWhenClosed() throws Exception {
    try (OneConnection engine = new OneConnection(UPGRADED);
        AttachConnection attached = open(engine)) {
      CompletableFuture<Integer> reader =
          inBackground(() -> attached.output(FrameInputStream.STDOUT).read());
      assertThat(reader).isNotDone();
      attached.close();
      assertThat(reader.get()).isEqualTo(-1);
    }
  }

  @Test
  void freesAWriterWhenClosed() throws Exception {
    try (OneConnection engine = new OneConnection(UPGRADED);
        AttachConnection attached = open(engine)) {
      CompletableFuture<Integer> writer = inBackground(() -> writeForEver(attached));
      assertThat(writer).isNotDone();
      attached.close();
      assertThatThrownBy(writer::get).hasRootCauseInstanceOf(IOException.class);
    }
  }

  @Test
  void freesAWriterWhenTheContainerHasEndedAndStillReads() throws Exception {
    try (OneConnection engine = new OneConnection(UPGRADED);
        AttachConnection attached = open(engine)) {
      CompletableFuture<Integer> writer = inBackground(() -> writeForEver(attached));
      assertThat(writer).isNotDone();
      attached.abandonInput();
      assertThatThrownBy(writer::get).hasMessageContaining("The container has ended");
      attached.input().close();
      engine.connection().write(UTF_8.encode("\1\0\0\0\0\0\0\1x"));
      assertThat(attached.output(FrameInputStream.STDOUT).read()).isEqualTo('x');
    }
  }

  @Test
  void givesUpTheHandshakeWhenClosed() throws Exception {
    try (OneConnection engine = new OneConnection("");
        AttachConnection attached = engine.attach()) {
      CompletableFuture<Integer> opening =
          inBackground(
              () -> {
                attached.open(PATH, Duration.ofHours(1));
                return 0;
              });
      assertThat(opening).isNotDone();
      attached.close();
      assertThatThrownBy(opening::get).hasRootCauseInstanceOf(IOException.class);
    }
  }

  private static AttachConnection open(OneConnection engine) throws IOException {
    AttachConnection attached = engine.attach();
    attached.open(PATH, Duration.ofSeconds(10));
    return attached;
  }

  private static int writeForEver(AttachConnection attached) throws IOException {
    OutputStream input = attached.input();
    while (true) {
      input.write(new byte[1 << 20]);
    }
  }

  /** Starts a blocking call, and waits until it blocks. */
  private static CompletableFuture<Integer> inBackground(Blocking work) throws Exception {
    CompletableFuture<Integer> result = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                result.complete(work.run());
              } catch (IOException e) {
                result.completeExceptionally(e);
              }
            });
    thread.setDaemon(true);
    thread.start();
    // A thread in a system call looks runnable, so the test can only wait for some time.
    SECONDS.sleep(1);
    return result;
  }

  private interface Blocking {
    int run() throws IOException;
  }
}
