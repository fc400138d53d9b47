package io.lofn.testkit;

import static io.lofn.testkit.ContainerLab.assertBlocked;
import static io.lofn.testkit.ContainerLab.assertFreed;
import static io.lofn.testkit.ContainerLab.end;
import static io.lofn.testkit.ContainerLab.inBackground;
import static io.lofn.testkit.ContainerLab.soon;
import static io.lofn.testkit.ContainerLab.text;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.spi.RunningContainer;
import io.lofn.spi.RuntimeFeature;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.concurrent.Future;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Standard input, output and error. */
interface StreamsContract extends Topic {

  int MIB = 1 << 20;

  @Test
  default void tellsTheToolTheEndOfItsInput() throws Exception {
    Outcome outcome = lab().run(lab().command("cat").stdin(), "one\ntwo");
    assertThat(outcome.stdout()).isEqualTo("one\ntwo");
    assertThat(outcome.code()).isZero();
  }

  @Test
  default void tellsTheToolThatItsInputIsEmpty() throws Exception {
    assertThat(lab().run(lab().shell("cat; echo end").stdin()).stdout()).isEqualTo("end\n");
  }

  @Test
  default void hasNoInputUnlessAskedFor() throws Exception {
    try (RunningContainer container = lab().start(lab().shell("cat; echo end"))) {
      assertThatThrownBy(container::stdin).isInstanceOf(IllegalStateException.class);
      assertThat(soon(text(container.stdout()))).isEqualTo("end\n");
      assertThat(end(container).code()).isZero();
    }
  }

  /** Some programs need a file name, and open their standard input again by a name. */
  @ParameterizedTest
  @ValueSource(strings = {"/dev/stdin", "/proc/self/fd/0", "/dev/fd/0"})
  default void letsTheToolOpenItsInputByNameAfterItsEnd(String name) throws Exception {
    String script = "sleep 0.5; cat %1$s; cat %1$s; echo end".formatted(name);
    assertThat(lab().run(lab().shell(script).stdin(), "a\nb\n").stdout()).isEqualTo("a\nb\nend\n");
    assertThat(lab().run(lab().shell(script).stdin(), "").stdout()).isEqualTo("end\n");
    assertThat(lab().run(lab().shell(script)).stdout()).isEqualTo("end\n");
  }

  @Test
  default void passesInputOnWithoutWaitingForMore() throws Exception {
    try (RunningContainer container =
        lab().start(lab().shell("while read x; do echo \"got $x\"; done").stdin())) {
      for (String line : new String[] {"one\n", "two\n", "three\n"}) {
        container.stdin().write(line.getBytes(UTF_8));
        assertThat(text(container.stdout(), line.length() + 4)).isEqualTo("got " + line);
      }
      container.stdin().close();
      assertThat(end(container).code()).isZero();
    }
  }

  @Test
  default void freesAWriterWhenTheToolEndsWithoutReading() throws Exception {
    try (RunningContainer container = lab().start(lab().shell("exit 5").stdin())) {
      Future<Void> writer = write(container.stdin(), 64 * MIB);
      assertThat(end(container).code()).isEqualTo(5);
      assertFreed(writer);
    }
  }

  @Test
  default void endsWhenTheToolReadsOnlyPartOfItsInput() throws Exception {
    try (RunningContainer container = lab().start(lab().shell("head -c 10 | wc -c").stdin())) {
      Future<Void> writer = write(container.stdin(), 64 * MIB);
      assertThat(soon(text(container.stdout())).trim()).isEqualTo("10");
      assertThat(end(container).code()).isZero();
      assertFreed(writer);
    }
  }

  @Test
  default void closesTheInputOfAnEndedToolQuietlyOrWithAnIoException() throws Exception {
    try (RunningContainer container = lab().start(lab().shell("exit 0").stdin())) {
      end(container);
      assertFreed(
          inBackground(
              () -> {
                container.stdin().close();
                return null;
              }));
    }
  }

  @Test
  default void passesAnyBytesBothWays() throws Exception {
    try (RunningContainer container = lab().start(lab().command("cat").stdin())) {
      Future<Void> writer = write(container.stdin(), 64 * MIB);
      Future<String> stderr = text(container.stderr());

      MessageDigest received = MessageDigest.getInstance("SHA-256");
      long length =
          soon(
              inBackground(
                  () ->
                      new DigestInputStream(container.stdout(), received)
                          .transferTo(OutputStream.nullOutputStream())));

      String errors = soon(stderr);
      assertThat(end(container).code())
          .as("exit code after %d bytes; standard error: %s", length, errors)
          .isZero();
      soon(writer);
      assertThat(length).isEqualTo(64 * MIB);
      assertThat(received.digest()).isEqualTo(digest(64 * MIB));
      assertThat(errors).isEmpty();
    }
  }

  @Test
  default void keepsFloodsOnBothOutputsApart() throws Exception {
    String flood = "yes %s | head -c 4194304 %s & ";
    try (RunningContainer container =
        lab().start(lab().shell(flood.formatted("o", "") + flood.formatted("e", ">&2") + "wait"))) {
      Future<String> stdout = text(container.stdout());
      Future<String> stderr = text(container.stderr());
      assertFlood(soon(stdout), "o\n", 4 * MIB);
      assertFlood(soon(stderr), "e\n", 4 * MIB);
      assertThat(end(container).code()).isZero();
    }
  }

  @Test
  default void passesOutputOnWhileErrorIsNotRead() throws Exception {
    unreadDoesNotHoldBackTheOther(true);
  }

  @Test
  default void passesErrorOnWhileOutputIsNotRead() throws Exception {
    unreadDoesNotHoldBackTheOther(false);
  }

  /** The tool writes to one output while the other one is blocked. */
  private void unreadDoesNotHoldBackTheOther(boolean readOutputFirst) throws Exception {
    String script =
        "(yes u | head -c 8388608 %s) & sleep 1; yes r | head -c 4194304 %s; wait"
            .formatted(readOutputFirst ? ">&2" : "", readOutputFirst ? "" : ">&2");
    try (RunningContainer container = lab().start(lab().shell(script))) {
      InputStream read = readOutputFirst ? container.stdout() : container.stderr();
      InputStream unread = readOutputFirst ? container.stderr() : container.stdout();

      Future<String> first = inBackground(() -> new String(read.readNBytes(4 * MIB), ISO_8859_1));
      if (!lab().isUnsupported(RuntimeFeature.INDEPENDENT_OUTPUTS)) {
        assertFlood(soon(first), "r\n", 4 * MIB);
      } else {
        assertBlocked(first, Duration.ofSeconds(4));
      }

      assertFlood(soon(text(unread)), "u\n", 8 * MIB);
      assertFlood(soon(first), "r\n", 4 * MIB);
      assertThat(soon(text(read))).isEmpty();
      assertThat(end(container).code()).isZero();
    }
  }

  /** Unread output must not accumulate in the memory of this process. */
  @Test
  default void holdsBackAToolWhoseOutputIsNotRead() throws Exception {
    try (RunningContainer container =
        lab().start(lab().shell("head -c 134217728 /dev/zero; echo written >&2"))) {
      Future<String> written = inBackground(() -> text(container.stderr(), 8));
      assertBlocked(written, Duration.ofSeconds(2));

      long length =
          soon(inBackground(() -> container.stdout().transferTo(OutputStream.nullOutputStream())));

      assertThat(length).isEqualTo(128 * MIB);
      assertThat(soon(written)).isEqualTo("written\n");
      assertThat(end(container).code()).isZero();
    }
  }

  @RepeatedTest(20)
  default void losesNothingOfAToolThatEndsAtOnce() throws Exception {
    Outcome outcome = lab().run(lab().shell("echo out; echo err >&2; exit 9"));
    assertThat(outcome.stdout()).isEqualTo("out\n");
    assertThat(outcome.stderr()).isEqualTo("err\n");
    assertThat(outcome.code()).isEqualTo(9);
  }

  @Test
  default void endsTheOutputWithTheToolWhoeverStillHoldsIt() throws Exception {
    Outcome outcome = lab().run(lab().shell("sleep 600 & echo out; echo err >&2; exit 9"));
    assertThat(outcome.stdout()).isEqualTo("out\n");
    assertThat(outcome.stderr()).isEqualTo("err\n");
    assertThat(outcome.code()).isEqualTo(9);
  }

  @Test
  default void keepsTheOutputOfAnEndedTool() throws Exception {
    try (RunningContainer container =
        lab().start(lab().shell("head -c 16384 /dev/zero; head -c 16384 /dev/zero >&2"))) {
      end(container);
      assertThat(soon(text(container.stdout()))).hasSize(16384);
      assertThat(soon(text(container.stderr()))).hasSize(16384);
    }
  }

  /** Unlike AssertJ's own comparison, does not print megabytes where it fails. */
  private static void assertFlood(String actual, String unit, int length) {
    assertThat(actual.length()).as("bytes of " + unit.trim()).isEqualTo(length);
    assertThat(actual.equals(unit.repeat(length / unit.length())))
        .as("nothing but " + unit.trim())
        .isTrue();
  }

  /** Writes all byte values, again and again, and closes the stream. */
  private static Future<Void> write(OutputStream stdin, int length) {
    return inBackground(
        () -> {
          try (stdin) {
            byte[] block = block();
            for (int written = 0; written < length; written += block.length) {
              stdin.write(block);
            }
          }
          return null;
        });
  }

  private static byte[] digest(int length) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    byte[] block = block();
    for (int written = 0; written < length; written += block.length) {
      digest.update(block);
    }
    return digest.digest();
  }

  private static byte[] block() {
    byte[] block = new byte[64 * 1024];
    for (int i = 0; i < block.length; i++) {
      block[i] = (byte) (i + (i >> 8));
    }
    return block;
  }
}
