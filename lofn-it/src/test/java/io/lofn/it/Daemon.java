package io.lofn.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** A program that serves a test until it is closed. What it prints is in its log. */
final class Daemon implements AutoCloseable {

  private static final int PATIENCE_SECONDS = 60;

  private final Path log;
  private final Process process;

  private Daemon(Path log, Process process) {
    this.log = log;
    this.process = process;
  }

  /** Starts a program, and waits until it serves. */
  static Daemon start(
      Path log, Map<String, String> environment, List<String> command, BooleanSupplier serves) {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    try {
      Daemon daemon = new Daemon(log, builder.start());
      Engines.waitUntil(
          command.get(0) + " serves, as " + log + " may tell",
          () -> {
            assertThat(daemon.process.isAlive()).as(daemon.log()).isTrue();
            return serves.getAsBoolean();
          });
      return daemon;
    } catch (IOException e) {
      throw new AssertionError("Cannot start " + command, e);
    } catch (InterruptedException e) {
      throw new AssertionError("Interrupted", e);
    }
  }

  String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Ends it at once, without a chance to clean up. */
  void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  /**
   * Kills the program that it runs for somebody else, and waits until both have ended. Where that
   * is the first process of a namespace, all that ran in there is gone by then.
   */
  void killChild() {
    process.children().forEach(ProcessHandle::destroyForcibly);
    awaitEnd();
  }

  /** Asks it to end, and waits until it has. */
  @Override
  public void close() {
    process.destroy();
    awaitEnd();
  }

  /** Sends a signal to it. */
  void signal(String name) {
    signal(process.toHandle(), name);
  }

  /** Sends a signal to the program that it runs for somebody else. */
  void signalChild(String name) {
    signal(process.children().findFirst().orElseThrow(), name);
  }

  private static void signal(ProcessHandle target, String name) {
    Engines.run("sh", "-c", "kill -s %s %d".formatted(name, target.pid()));
  }

  /** What runs on its behalf. */
  Stream<ProcessHandle> children() {
    return process.children();
  }

  void awaitEnd() {
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("It did not end: " + log());
      }
    } catch (InterruptedException e) {
      throw new AssertionError("Interrupted", e);
    }
  }
}
