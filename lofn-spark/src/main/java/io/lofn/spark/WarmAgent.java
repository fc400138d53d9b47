package io.lofn.spark;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.lofn.api.EngineException;
import io.lofn.spi.RunningContainer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Speaks with the shell script that runs one command after the other in a container. Its own
 * standard input and output carry these words and nothing else. One command at a time.
 */
final class WarmAgent {

  /** The script, for {@code sh -c}. */
  static final String SCRIPT = script();

  /** How long the script may take to start a command: it forks, and opens three files. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final RunningContainer container;
  private final OutputStream words;
  private final CompletableFuture<String> ready = new CompletableFuture<>();
  private volatile Command current = new Command(0);
  private volatile @Nullable IOException ended;
  private long number;

  WarmAgent(RunningContainer container, Executor threads) {
    this.container = container;
    this.words = container.stdin();
    threads.execute(this::listen);
  }

  private static String script() {
    try (InputStream file = WarmAgent.class.getResourceAsStream("warm-agent.sh")) {
      return new String(file.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The process namespace it lives in, as the kernel names it; empty where its image cannot tell.
   *
   * @throws EngineException if it does not come up
   */
  String namespace() {
    return await(ready, "did not start");
  }

  /**
   * Starts the command that lies in the script's directory, and waits until it has its streams.
   *
   * @throws EngineException if it does not; that may pass, in another container
   */
  Command run(boolean stdin) {
    Command command = new Command(++number);
    current = command;
    IOException end = ended;
    if (end != null) {
      throw gone("has ended", end);
    }
    try {
      words.write("run %d %s\n".formatted(number, stdin ? "stdin" : "none").getBytes(US_ASCII));
      words.flush();
    } catch (IOException e) {
      throw gone("takes no more commands", e);
    }
    await(command.began, "did not start a command");
    return command;
  }

  /** Lets the script end, which ends the container. */
  void leave() {
    try {
      words.close();
    } catch (IOException e) {
      // It has ended already.
    }
  }

  private <T> T await(CompletableFuture<T> answer, String failure) {
    try {
      return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw gone(failure, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw gone(failure, e);
    }
  }

  private EngineException gone(String what, Exception cause) {
    return EngineException.transientFailure(
        "The shell of the warm container %s %s".formatted(container.id(), what), cause);
  }

  private void listen() {
    IOException end = new IOException("The container has ended");
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(container.stdout(), US_ASCII))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        heard(line.split(" ", -1));
      }
    } catch (IOException | NumberFormatException e) {
      end.addSuppressed(e);
    }
    ended = end;
    ready.completeExceptionally(end);
    current.fail(end);
  }

  private void heard(String[] line) {
    Command command = current;
    if (line[0].equals("ready") && line.length == 2) {
      ready.complete(line[1]);
    } else if (line.length >= 2 && Long.parseLong(line[1]) == command.number) {
      if (line[0].equals("began")) {
        command.began.complete(null);
      } else if (line[0].equals("ended") && line.length == 3) {
        command.ended.complete(Integer.valueOf(line[2]));
      }
    }
  }

  /** One command of the script. */
  static final class Command {

    private final long number;
    private final CompletableFuture<@Nullable Void> began = new CompletableFuture<>();
    private final CompletableFuture<Integer> ended = new CompletableFuture<>();

    Command(long number) {
      this.number = number;
    }

    /** Its exit code, once nothing of it is left; fails if the script ends before. */
    CompletableFuture<Integer> ended() {
      return ended;
    }

    private void fail(IOException cause) {
      began.completeExceptionally(cause);
      ended.completeExceptionally(cause);
    }
  }
}
