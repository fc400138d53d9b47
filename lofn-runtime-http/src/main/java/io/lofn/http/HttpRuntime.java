package io.lofn.http;

import io.lofn.api.EngineException;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ImageArchives;
import io.lofn.spi.ImageDigests;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.PreparedImage;
import io.lofn.spi.RunningContainer;
import io.lofn.spi.RuntimeFeature;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** Runs containers with an engine, and removes containers that it could not start. */
public abstract class HttpRuntime implements ContainerRuntime, ImageDigests, ImageArchives {

  private final HttpEngine engine;
  private final HttpImages images;
  private final MissingInit init;

  /** Takes over the engine, and closes it with itself. */
  protected HttpRuntime(HttpEngine engine, HttpImages images) {
    this.engine = engine;
    this.images = images;
    init = new MissingInit(engine.toString());
  }

  /** Creates a container, and returns its id. */
  protected abstract String create(String action, ContainerSpec spec);

  /**
   * Removes the container that an engine which did not answer may still create, as soon as that is
   * possible.
   */
  protected abstract void undoLater(String action, ContainerSpec spec);

  /** Starts a container that was created. */
  protected abstract RunningContainer attachAndStart(String id, boolean stdin);

  /** Returns a failed command if a failure to start was caused by the command itself. */
  protected Optional<RunningContainer> failedCommand(
      String id, boolean stdin, RuntimeException failure) {
    return Optional.empty();
  }

  /** Removes a container as soon as the engine answers again. */
  protected abstract void removeLater(String action, String id);

  @Override
  public final String engine() {
    return engine.toString();
  }

  @Override
  public Set<RuntimeFeature> unsupportedFeatures() {
    return engine.unsupportedFeatures();
  }

  @Override
  public final Optional<String> digest(ImageRequest request) {
    return images.digest(request);
  }

  @Override
  public final void load(Path archive, Duration timeout) {
    images.load(archive, timeout);
  }

  @Override
  public final PreparedImage prepare(ImageRequest request) {
    return images.prepare(request);
  }

  @Override
  public final RunningContainer start(ContainerSpec spec) {
    return init.start(spec, this::startOnce);
  }

  private RunningContainer startOnce(ContainerSpec spec) {
    String id = created(spec);
    try {
      return attachAndStart(id, spec.stdin());
    } catch (Error e) {
      removeAfter(e, id);
      throw e;
    } catch (RuntimeException e) {
      Optional<RunningContainer> failed = failedCommand(id, spec.stdin(), e);
      removeAfter(e, id);
      return failed.orElseThrow(() -> e);
    }
  }

  private String created(ContainerSpec spec) {
    String action = "create container " + spec.name();
    try {
      return create(action, spec);
    } catch (EngineException e) {
      if (EngineErrors.isNoAnswer(e)) {
        undoLater("undo: " + action, spec);
      }
      throw e;
    }
  }

  /**
   * Removes a container after a failure. Does not wait again for an engine that did not answer: it
   * removes the container later.
   */
  private void removeAfter(Throwable failure, String id) {
    try {
      if (EngineErrors.isNoAnswer(failure)) {
        removeLater("remove container " + id, id);
      } else {
        remove(id);
      }
    } catch (EngineException e) {
      failure.addSuppressed(e);
    }
  }

  @Override
  public final void close() {
    engine.close();
  }
}
