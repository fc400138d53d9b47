package io.lofn.spark;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.RunningContainer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With a container whose script is this test. */
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WarmAgentTest {

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final FakeContainer container = new FakeContainer();
  private final WarmAgent agent = new WarmAgent(container, threads);

  @AfterEach
  void stopThreads() {
    threads.shutdownNow();
  }

  /** What an image's shell, or a tool that found the way there, may say. */
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

    CompletableFuture<WarmAgent.Command> command =
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
    CompletableFuture<WarmAgent.Command> command =
        CompletableFuture.supplyAsync(() -> agent.run(false), threads);
    container.say(container.heard().replace(" none", " ended 2\n"));

    assertThatThrownBy(() -> command.get(30, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(EngineException.class);
  }

  private static final class FakeContainer implements RunningContainer {

    private final PipedInputStream told = new PipedInputStream(1 << 16);
    private final PipedInputStream stdout = new PipedInputStream(1 << 16);
    private final PipedOutputStream stdin;
    private final PipedOutputStream says;
    private final BufferedReader lines = new BufferedReader(new InputStreamReader(told, US_ASCII));

    FakeContainer() {
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

    String heard() throws IOException {
      return lines.readLine();
    }

    @Override
    public String id() {
      return "container";
    }

    @Override
    public OutputStream stdin() {
      return stdin;
    }

    @Override
    public InputStream stdout() {
      return stdout;
    }

    @Override
    public InputStream stderr() {
      return InputStream.nullInputStream();
    }

    @Override
    public Optional<ContainerExit> await(Duration atMost) {
      return Optional.empty();
    }

    @Override
    public void stop(Duration grace) {}

    @Override
    public void close() {}
  }
}
