package io.lofn.core.runtime;

import io.lofn.api.EngineException;
import io.lofn.api.RuntimeUnavailableException;
import io.lofn.core.runtime.RuntimeSelector.Choice;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerRuntimeProvider;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's runtime: chosen when it is first needed, kept as long as its engine answers, and
 * chosen again after a failure of the engine. The next call repeats a choice that failed.
 */
public final class NodeRuntime implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(NodeRuntime.class);

  private final RuntimeSelector selector;
  private final List<Runnable> whenSelected = new CopyOnWriteArrayList<>();

  /** All runtimes ever chosen: runs may still use a replaced one, and it may be chosen again. */
  private final Map<String, SelectedRuntime> made = new ConcurrentHashMap<>();

  private volatile @Nullable SelectedRuntime selected;
  private volatile Map<String, String> passedOver = Map.of();

  @Inject
  public NodeRuntime(RuntimeSelector selector) {
    this.selector = selector;
  }

  /** Returns the chosen runtime, if there is one now; does not wait. */
  public Optional<SelectedRuntime> selected() {
    return Optional.ofNullable(selected);
  }

  public SelectedRuntime get() {
    SelectedRuntime current = selected;
    return current != null ? current : select();
  }

  private synchronized SelectedRuntime select() {
    SelectedRuntime current = selected;
    if (current == null) {
      Choice choice = choose();
      ContainerRuntimeProvider chosen = choice.provider();
      current = made.get(chosen.name());
      if (current == null) {
        current = selector.create(chosen);
        made.put(chosen.name(), current);
      }
      passedOver = choice.passedOver();
      selected = current;
      whenSelected.forEach(Runnable::run);
    }
    return current;
  }

  /** A node that had a runtime may have one again soon, when its engine was restarted. */
  private Choice choose() {
    try {
      return selector.choose();
    } catch (RuntimeUnavailableException e) {
      if (made.isEmpty()) {
        throw e;
      }
      throw EngineException.transientFailure(
          "The engine of this node has failed and has not recovered. " + e.getMessage(), e);
    }
  }

  /** Reports that the engine of a runtime has failed; the next task chooses again. */
  public synchronized void failed(SelectedRuntime runtime) {
    if (runtime.equals(selected)) {
      LOG.warn(
          "The engine of the runtime {} has failed; the next task chooses a runtime again",
          runtime.name());
      selected = null;
    }
  }

  /** Registers a short action for when the runtime is chosen. Call it before that. */
  public void whenSelected(Runnable action) {
    whenSelected.add(action);
  }

  /** The runtimes that come before the one last chosen, each with why it was not taken. */
  public Map<String, String> passedOver() {
    return passedOver;
  }

  /** Returns all runtimes ever chosen, which may have containers here. */
  public List<ContainerRuntime> all() {
    return made.values().stream().map(SelectedRuntime::runtime).toList();
  }

  @Override
  public synchronized void close() {
    made.values().forEach(each -> each.runtime().close());
  }
}
