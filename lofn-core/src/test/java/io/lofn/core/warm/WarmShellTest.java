package io.lofn.core.warm;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.core.QuietContainer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** With a container whose script is this test. */
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WarmShellTest {

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final FakeContainer container = new FakeContainer();
  private final WarmShell agent = new WarmShell(container, threads);

  @AfterEach
  void stopThreads() {
    threads.shutdownNow();
  }

  /** What an image's shell, or a tool that reaches its streams, may print. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "banner\n",
        "banner without an end ",
        "ready pid:[1]\n",
        "began 1\nended 1 0\n",
        "began one\n",
        "lofn: began\nlofn: ended 0\n",
        "ended 1 99999999999999999999\n",
        "\n\n",
        " "
      })
  void whatDoesNotCarryItsWordIsIgnored(String said) throws Exception {
    container.say(said);
    CompletableFuture<List<String>> namespaces =
        CompletableFuture.supplyAsync(agent::namespaces, threads);
    String word = container.heard();
    container.say(said + word + " ready pid:[7]\n");
    assertThat(namespaces.get(30, TimeUnit.SECONDS)).containsExactly("pid:[7]");

    CompletableFuture<WarmShell.Command> command =
        CompletableFuture.supplyAsync(() -> agent.run(true), threads);
    String ofRun = container.heard();
    assertThat(ofRun).endsWith(" stdin").doesNotStartWith(word);
    container.say(said + word + " ended 0\n" + said + ofRun.replace(" stdin", " began\n"));
    container.say(said + ofRun.replace(" stdin", " ended 3\n"));

    assertThat(command.get(30, TimeUnit.SECONDS).ended().get(30, TimeUnit.SECONDS)).isEqualTo(3);
  }

  @Test
  void aLongLineIsNotKept() throws Exception {
    CompletableFuture<List<String>> namespaces =
        CompletableFuture.supplyAsync(agent::namespaces, threads);
    String word = container.heard();
    for (int i = 0; i < 1000; i++) {
      container.say("x".repeat(10_000));
    }
    container.say(word + " ready pid:[7]\n");

    assertThat(namespaces.get(30, TimeUnit.SECONDS)).containsExactly("pid:[7]");
  }

  @Test
  void aCommandThatEndsBeforeItHasStreamsHasNotStarted() throws Exception {
    CompletableFuture<WarmShell.Command> command =
        CompletableFuture.supplyAsync(() -> agent.run(false), threads);
    container.say(container.heard().replace(" none", " ended 2\n"));

    assertThatThrownBy(() -> command.get(30, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(EngineException.class);
  }

  @Test
  void anImageThatIsUnfitSaysWhyInPlainText() throws Exception {
    CompletableFuture<List<String>> namespaces =
        CompletableFuture.supplyAsync(agent::namespaces, threads);
    container.say(container.heard() + " unfit it has\u001b[2J " + "x".repeat(5000) + "\n");

    assertThatThrownBy(() -> namespaces.get(30, TimeUnit.SECONDS))
        .cause()
        .isInstanceOf(NotReusableException.class)
        .hasMessageStartingWith("it has?[2J xxx")
        .message()
        .hasSizeLessThan(400);
  }

  @ParameterizedTest
  @CsvSource({"ended 0,true,''", "ended 3 files in memory,false,files in memory"})
  void aCommandTellsWhetherAnotherOneMayFollow(String said, boolean clean, String left)
      throws Exception {
    CompletableFuture<WarmShell.Command> started =
        CompletableFuture.supplyAsync(() -> agent.run(false), threads);
    String word = container.heard().replace(" none", " ");
    container.say(word + "began\n");
    WarmShell.Command command = started.get(30, TimeUnit.SECONDS);
    assertThat(command.leftNothing()).isFalse();

    container.say(word + said + "\n");

    command.ended().get(30, TimeUnit.SECONDS);
    assertThat(command.leftNothing()).isEqualTo(clean);
    assertThat(command.left()).isEqualTo(left);
  }

  @Test
  void noCommandMayFollowOneWhoseEndWasNotHeard() throws Exception {
    CompletableFuture<WarmShell.Command> started =
        CompletableFuture.supplyAsync(() -> agent.run(false), threads);
    container.say(container.heard().replace(" none", " began\n"));
    WarmShell.Command command = started.get(30, TimeUnit.SECONDS);

    container.breakOff();

    assertThatThrownBy(() -> command.ended().get(30, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class);
    assertThat(command.leftNothing()).isFalse();
  }

  /** They are compared with the fields of the kernel's table, which blanks separate. */
  @Test
  void theScriptIsToldWhereRunsMayWriteAsTheKernelTellsIt() {
    assertThat(WarmShell.argv("/tmp", List.of(Path.of("/shared"), Path.of("/my data\t\\\n#"))))
        .startsWith("sh", "-c")
        .endsWith("/tmp", "/lofn", "/shared", "/my\\040data\\011\\134\\012\\043");
  }

  private static final class FakeContainer extends QuietContainer {

    private final PipedInputStream told = new PipedInputStream(1 << 16);
    private final PipedInputStream stdout = new PipedInputStream(1 << 16);
    private final PipedOutputStream stdin;
    private final PipedOutputStream says;
    private final BufferedReader lines = new BufferedReader(new InputStreamReader(told, US_ASCII));

    FakeContainer() {
      super("container");
      try {
        stdin = new PipedOutputStream(told);
        says = new PipedOutputStream(stdout);
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }

    void say(String text) throws IOException {
      says.write(text.getBytes(US_ASCII));
      says.flush();
    }

    void breakOff() throws IOException {
      says.close();
    }

    String heard() throws IOException {
      return lines.readLine();
    }

    @Override
    public OutputStream stdin() {
      return stdin;
    }

    @Override
    public InputStream stdout() {
      return stdout;
    }
  }
}
