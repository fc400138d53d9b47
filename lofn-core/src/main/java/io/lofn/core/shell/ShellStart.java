package io.lofn.core.shell;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lofn.api.EngineException;
import io.lofn.api.Printable;
import io.lofn.core.streams.NamedPipes;
import io.lofn.core.streams.Noise;
import io.lofn.core.task.TaskCalls;
import io.lofn.core.text.Abbreviated;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.RunningContainer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits until the shell of a container reports where the streams of its command are. */
public final class ShellStart {

  /** How long the shell may take to print its word after the engine has started it. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** How long an engine may take to report the end of a container whose streams have ended. */
  private static final Duration END = Duration.ofSeconds(5);

  private final RunningContainer container;
  private final Optional<NamedPipes> pipes;
  private final Executor threads;
  private final ShellWord word = ShellWord.random();
  private final Noise noise = new Noise();
  private final BlockingQueue<Said> said = new LinkedBlockingQueue<>();

  /** What was read from a pipe, or from an attached stream. */
  private record Said(boolean piped, ShellWord.Heard what) {}

  /**
   * @param pipes the pipes that the shell may open
   */
  public ShellStart(RunningContainer container, Optional<NamedPipes> pipes, Executor threads) {
    this.container = container;
    this.pipes = pipes;
    this.threads = threads;
  }

  /**
   * Returns the container with the streams of its command; empty if its shell has ended before.
   *
   * @throws EngineException if the shell does not print its word in time
   */
  public Optional<RunningContainer> begun() {
    tellWord();
    pipes.ifPresent(
        ends ->
            threads.execute(() -> said.add(new Said(true, word.awaitIn(ends.stdout(), noise)))));
    threads.execute(this::listenWhereAttached);
    Optional<Said> heard = heard();
    if (heard.isEmpty()) {
      return Optional.empty();
    }
    if (heard.get().what == ShellWord.Heard.FLOOD) {
      throw new EngineException(
          "The shell of container %s writes more than %d bytes before it starts the command: %s"
              .formatted(container.id(), Noise.CAPACITY, said()));
    }
    if (!heard.get().piped) {
      pipes.ifPresent(NamedPipes::close);
      return Optional.of(new ShellAttached(container, noise, word));
    }
    NamedPipes ends = pipes.orElseThrow();
    ends.release();
    threads.execute(() -> noise.takeAll(container.stderr()));
    return Optional.of(new PipedContainer(container, ends, noise, word));
  }

  private void tellWord() {
    try {
      container.stdin().write(word.told());
      container.stdin().flush();
    } catch (IOException e) {
      // The container has ended, which is found out below.
    }
  }

  /**
   * Reads the attached stream. After the shell has opened pipes, it is not the command's output.
   */
  private void listenWhereAttached() {
    ShellWord.Heard heard = word.awaitIn(container.stdout(), noise);
    said.add(new Said(false, heard));
    if (heard == ShellWord.Heard.FLOOD) {
      noise.takeAll(container.stdout());
    }
  }

  private Optional<Said> heard() {
    Instant late = Instant.now().plus(PATIENCE);
    int ways = pipes.isPresent() ? 2 : 1;
    try {
      while (ways > 0) {
        Said next = said.poll(TaskCalls.POLL.toMillis(), TimeUnit.MILLISECONDS);
        if (next != null && next.what == ShellWord.Heard.END) {
          ways--;
        } else if (next != null) {
          return Optional.of(next);
        } else if (container.await(Duration.ZERO).isPresent()) {
          pipes.ifPresent(NamedPipes::release);
        } else if (Instant.now().isAfter(late)) {
          throw new TimeoutException("not within " + PATIENCE);
        }
      }
      return Optional.empty();
    } catch (TimeoutException e) {
      throw EngineException.transientFailure(
          "The shell of container %s does not start the command: %s"
              .formatted(container.id(), said()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw EngineException.transientFailure("Interrupted while a container started", e);
    }
  }

  /** Returns how the container ended, after its streams. */
  public Optional<ContainerExit> exit() {
    try {
      return container.await(END);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /** Returns what the shell printed instead of its word, for messages. */
  public String said() {
    String text = new String(noise.drain(), UTF_8).strip();
    return text.isEmpty() ? "it printed nothing" : Printable.line(Abbreviated.of(text));
  }
}
