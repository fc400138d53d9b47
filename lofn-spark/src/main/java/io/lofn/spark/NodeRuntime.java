package io.lofn.spark;

import io.lofn.spi.ContainerRuntime;
import jakarta.inject.Inject;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** This node's runtime, chosen when it is first needed. A failed choice is made anew next time. */
final class NodeRuntime implements AutoCloseable {

  private final RuntimeSelector selector;
  private final List<Runnable> whenSelected = new CopyOnWriteArrayList<>();
  private volatile @Nullable SelectedRuntime selected;

  @Inject
  NodeRuntime(RuntimeSelector selector) {
    this.selector = selector;
  }

  SelectedRuntime get() {
    SelectedRuntime current = selected;
    return current != null ? current : select();
  }

  private synchronized SelectedRuntime select() {
    SelectedRuntime current = selected;
    if (current == null) {
      current = selector.select();
      selected = current;
      whenSelected.forEach(Runnable::run);
    }
    return current;
  }

  /** Has something done, briefly, when the runtime is chosen. To be said before it is. */
  void whenSelected(Runnable action) {
    whenSelected.add(action);
  }

  /** Uses the runtime if it has been chosen already. */
  void ifSelected(Consumer<ContainerRuntime> action) {
    SelectedRuntime current = selected;
    if (current != null) {
      action.accept(current.runtime());
    }
  }

  @Override
  public void close() {
    ifSelected(ContainerRuntime::close);
  }
}
