package io.lofn.core.warm;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.core.QuietContainer;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.exchange.Exchange;
import io.lofn.core.exchange.ExchangeDirectories;
import io.lofn.core.node.NodeEnvironment;
import io.lofn.core.node.ProcessIdentity;
import io.lofn.core.streams.NamedPipes;
import io.lofn.core.task.TaskIdentity;
import io.lofn.spi.ContainerExit;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run whose container, or the shell in it, is lost before it has reported how the run ended. */
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WarmRunTest {

  private static final Duration LOOK = Duration.ofSeconds(30);

  @TempDir private Path local;

  private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(4);

  @AfterEach
  void stopThreads() {
    threads.shutdownNow();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 127, 128})
  void hasNotEndedAsTheShellInItsPlace(int code) throws Exception {
    Lost lost = new Lost(new ContainerExit(code, false));

    assertThatThrownBy(() -> lost.run.await(LOOK))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("exit code " + code);
    assertThat(lost.home.isRetired()).isTrue();
  }

  @Test
  void hasEndedByWhatEndedBoth() throws Exception {
    ContainerExit killed = new ContainerExit(137, true);

    assertThat(new Lost(killed).run.await(LOOK)).contains(killed);
  }

  /** Even if no thread has waited for its end: it may still use the exchange. */
  @Test
  void leavesItsContainerToNobody() throws Exception {
    Lost lost = new Lost(new ContainerExit(0, false));

    lost.run.close();

    assertThat(lost.home.isRetired()).isTrue();
    assertThat(lost.closed).isTrue();
  }

  /** A late check of its time or its disk does nothing: another run may have the container. */
  @Test
  void isNotStoppedOnceItIsClosed() throws Exception {
    Lost ended = new Lost(new ContainerExit(0, false), " ended 0\n");
    assertThat(ended.run.await(LOOK)).contains(new ContainerExit(0, false));
    ended.run.close();

    ended.run.stop(Duration.ZERO);

    assertThat(ended.home.isRetired()).isFalse();
    assertThat(ended.stopped).isFalse();
  }

  @Test
  void isRemovedIfItIsStoppedBeforeItIsClosed() throws Exception {
    Lost ended = new Lost(new ContainerExit(0, false), " ended 0\n");
    ended.run.stop(Duration.ZERO);

    ended.run.close();

    assertThat(ended.home.isRetired()).isTrue();
    assertThat(ended.closed).isTrue();
  }

  /** Starts a run and loses its shell. */
  private final class Lost extends QuietContainer {

    final WarmContainer home;
    final WarmRun run;
    volatile boolean closed;
    volatile boolean stopped;
    private final ContainerExit exit;
    private final PipedInputStream told = new PipedInputStream();
    private final PipedInputStream stdout = new PipedInputStream();
    private final OutputStream stdin = new PipedOutputStream(told);

    Lost(ContainerExit exit) throws Exception {
      this(exit, "");
    }

    /**
     * @param last what the shell says after its word, if anything
     */
    Lost(ContainerExit exit, String last) throws Exception {
      super("container");
      this.exit = exit;
      OutputStream says = new PipedOutputStream(stdout);
      WarmShell agent = new WarmShell(this, threads);
      Future<WarmShell.Command> started = threads.submit(() -> agent.run(false));
      String heard = new BufferedReader(new InputStreamReader(told, US_ASCII)).readLine();
      says.write(heard.replace(" none", " began\n").getBytes(US_ASCII));
      says.flush();
      WarmShell.Command command = started.get(30, TimeUnit.SECONDS);
      if (last.isEmpty()) {
        says.close();
        assertThatThrownBy(() -> command.ended().get(30, TimeUnit.SECONDS)).isNotNull();
      } else {
        says.write(heard.replace(" none", last).getBytes(US_ASCII));
        says.close();
      }
      Exchange exchange =
          new ExchangeDirectories(
                  new NodeEnvironment(List.of(local)),
                  ProcessIdentity.current(),
                  new LofnConfig(Map.of()))
              .create(new TaskIdentity("local-1", 2, 3, 0, 17), false);
      Path control = exchange.beside("control");
      NamedPipes.make(control, false);
      home = new WarmContainer(null, exchange, null, threads, threads);
      run = new WarmRun(home, this, command, new NamedPipes(control, threads));
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
    public Optional<ContainerExit> await(Duration atMost) {
      return Optional.of(exit);
    }

    @Override
    public void stop(Duration grace) {
      stopped = true;
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
