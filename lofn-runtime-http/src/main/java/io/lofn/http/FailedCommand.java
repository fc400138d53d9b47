package io.lofn.http;

import io.lofn.spi.ContainerExit;
import io.lofn.spi.RunningContainer;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * A container whose command could not be executed, and that is removed already.
 *
 * @param exit the exit that a shell would report
 * @param stderr the engine's message about the command
 */
public record FailedCommand(String id, boolean hasStdin, ContainerExit exit, InputStream stderr)
    implements RunningContainer {

  private static final int NOT_FOUND = 127;
  private static final int NOT_EXECUTABLE = 126;

  /** Returns a failed command if the engine refused to start a container because of its command. */
  public static Optional<RunningContainer> of(String id, boolean hasStdin, String message) {
    // Mounts and working directories fail with the same phrases.
    boolean aboutProgram = message.contains("exec: ") || message.contains("executable");
    if (!aboutProgram || MissingInit.isToldBy(message)) {
      return Optional.empty();
    }
    if (message.contains("not found") || message.contains("no such file or directory")) {
      return Optional.of(ended(id, hasStdin, NOT_FOUND, message));
    }
    if (message.contains("permission denied") || message.contains("is a directory")) {
      return Optional.of(ended(id, hasStdin, NOT_EXECUTABLE, message));
    }
    return Optional.empty();
  }

  private static FailedCommand ended(String id, boolean hasStdin, int code, String message) {
    InputStream stderr =
        new ByteArrayInputStream((message + "\n").getBytes(StandardCharsets.UTF_8));
    return new FailedCommand(id, hasStdin, new ContainerExit(code, false), stderr);
  }

  @Override
  public OutputStream stdin() {
    if (!hasStdin) {
      throw new IllegalStateException("Container " + id + " has no standard input");
    }
    return OutputStream.nullOutputStream();
  }

  @Override
  public InputStream stdout() {
    return InputStream.nullInputStream();
  }

  @Override
  public Optional<ContainerExit> await(Duration atMost) {
    return Optional.of(exit);
  }

  @Override
  public void stop(Duration grace) {}

  @Override
  public void close() {}
}
