package io.lofn.runtime.podman;

import io.lofn.api.EngineException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The streams of one container, each on a connection of its own. A connection that brought input
 * breaks when the tool ends before its input, and would take the output along that was not read by
 * then.
 */
final class ContainerStreams implements AutoCloseable {

  private final @Nullable AttachConnection input;
  private final AttachConnection output;
  private final AttachConnection error;

  private ContainerStreams(
      @Nullable AttachConnection input, AttachConnection output, AttachConnection error) {
    this.input = input;
    this.output = output;
    this.error = error;
  }

  /**
   * Attaches to a container that was created, which also prepares its start.
   *
   * @throws EngineException whose cause may be an {@link EngineAnswerException}
   */
  static ContainerStreams attach(PodmanEngine engine, String container, boolean stdin) {
    AttachConnection error = open(engine, container, "stderr");
    AttachConnection output = null;
    try {
      output = open(engine, container, "stdout");
      AttachConnection input = stdin ? open(engine, container, "stdin") : null;
      return new ContainerStreams(input, output, error);
    } catch (RuntimeException | Error e) {
      error.close();
      if (output != null) {
        output.close();
      }
      throw e;
    }
  }

  private static AttachConnection open(PodmanEngine engine, String container, String stream) {
    String action = "attach to container " + container;
    AttachConnection connection = null;
    try {
      AttachConnection opening = new AttachConnection(engine.config().socket());
      connection = opening;
      Callable<Boolean> open =
          () -> {
            opening.open(path(engine, container, stream));
            return true;
          };
      engine.await(action, engine.begin(action, open), engine.callTimeout());
      return opening;
    } catch (IOException | RuntimeException e) {
      if (connection != null) {
        connection.close();
      }
      throw engine.errors().of(action, e);
    }
  }

  /** What is not asked for is said, too: the service attaches to all it is not told about. */
  private static String path(PodmanEngine engine, String container, String stream) {
    StringBuilder path =
        new StringBuilder(
            engine.libpod("/containers/" + container + "/attach").build().url().encodedPath());
    path.append("?stream=true&logs=false&detachKeys=");
    for (String each : new String[] {"stdin", "stdout", "stderr"}) {
      path.append('&').append(each).append('=').append(each.equals(stream));
    }
    return path.toString();
  }

  /** The container's standard input, if it has one. */
  @Nullable OutputStream stdin() {
    return input == null ? null : input.input();
  }

  InputStream stdout() {
    return output.output(FrameInputStream.STDOUT);
  }

  InputStream stderr() {
    return error.output(FrameInputStream.STDERR);
  }

  /** Frees who writes to a container that has ended. Its output can still be read. */
  void abandonInput() {
    if (input != null) {
      input.abandonInput();
    }
  }

  @Override
  public void close() {
    if (input != null) {
      input.close();
    }
    output.close();
    error.close();
  }
}
