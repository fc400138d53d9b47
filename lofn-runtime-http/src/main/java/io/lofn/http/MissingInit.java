package io.lofn.http;

import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.RunningContainer;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts containers without an init process where the engine turns out to have no program for it.
 * One for each engine. Thread-safe.
 */
public final class MissingInit {

  private static final Logger LOG = LoggerFactory.getLogger(MissingInit.class);

  /** What engines say of a program of theirs, whose name a distribution may have changed. */
  private static final Pattern TOLD =
      Pattern.compile(
          "container-init binary not found"
              + "|\\b(docker-init|catatonit|tini|tini-static)\\b.*(not found|no such file)",
          Pattern.DOTALL);

  private final String engine;
  private final Consumer<String> warnings;
  private volatile boolean missing;

  /**
   * @param engine what the warning calls it
   */
  public MissingInit(String engine) {
    this(engine, warning -> LOG.warn("{}", warning));
  }

  MissingInit(String engine, Consumer<String> warnings) {
    this.engine = engine;
    this.warnings = warnings;
  }

  /** Starts a container, without init if need be. */
  public RunningContainer start(
      ContainerSpec spec, Function<ContainerSpec, RunningContainer> start) {
    if (!spec.init() || missing) {
      return start.apply(withoutInit(spec));
    }
    try {
      return start.apply(spec);
    } catch (EngineException e) {
      if (e instanceof ImageUnavailableException || !isToldBy(String.valueOf(e.getMessage()))) {
        throw e;
      }
      RunningContainer container;
      try {
        container = start.apply(withoutInit(spec));
      } catch (EngineException another) {
        another.addSuppressed(e);
        throw another;
      }
      warn(e);
      return container;
    }
  }

  private synchronized void warn(EngineException failure) {
    if (!missing) {
      missing = true;
      warnings.accept(
          "%s has no init program, so containers run without one: a tool is process 1, passes no signals on and does not reap orphaned processes. Install docker-init (tini) or catatonit on this node, or set its path in the engine's configuration. The engine says: %s"
              .formatted(engine, failure.getMessage()));
    }
  }

  private static ContainerSpec withoutInit(ContainerSpec spec) {
    return spec.init() ? spec.toBuilder().withoutInit().build() : spec;
  }

  /** Whether a refusal is about the init program, and not about the tool's. */
  static boolean isToldBy(String message) {
    return TOLD.matcher(message.toLowerCase(Locale.ROOT)).find();
  }
}
