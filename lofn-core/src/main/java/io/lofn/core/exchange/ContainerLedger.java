package io.lofn.core.exchange;

import io.lofn.core.task.Closing;
import io.lofn.spi.ContainerRuntime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tracks the containers of this lofn that are not known to be gone, and the actions that wait for
 * that: what a container mounts is released after it. A container is in use until it is closed, or
 * until its start fails. If it is not known to be gone then, it is lost, and periodic clean-up
 * removes it. Thread-safe.
 */
public final class ContainerLedger {

  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final List<Waiting> waiting = new ArrayList<>();

  private static final class Entry {
    final ContainerRuntime runtime;
    final Set<Path> trees;
    boolean lost;

    Entry(ContainerRuntime runtime, Set<Path> trees) {
      this.runtime = runtime;
      this.trees = trees;
    }
  }

  private record Waiting(Set<String> names, Runnable action) {}

  /**
   * A container that may live although no run needs it.
   *
   * @param name its name
   * @param runtime the runtime that started it
   */
  public record Lost(String name, ContainerRuntime runtime) {}

  /**
   * Registers a container that is about to start.
   *
   * @param trees the exchanges that it mounts
   */
  public synchronized void begin(String name, ContainerRuntime runtime, Set<Path> trees) {
    entries.put(name, new Entry(runtime, Set.copyOf(trees)));
  }

  /** Records that no run needs the container any more, and that it may still live. */
  public synchronized void lose(String name) {
    Entry entry = entries.get(name);
    if (entry != null) {
      entry.lost = true;
    }
  }

  /**
   * Records that the container is gone, and runs the actions that waited only for it, on this
   * thread.
   */
  public void gone(String name) {
    List<AutoCloseable> ready = new ArrayList<>();
    synchronized (this) {
      entries.remove(name);
      Iterator<Waiting> all = waiting.iterator();
      while (all.hasNext()) {
        Waiting each = all.next();
        if (each.names.remove(name) && each.names.isEmpty()) {
          all.remove();
          ready.add(each.action::run);
        }
      }
    }
    Closing.all(ready);
  }

  /**
   * Runs an action when no container mounts an exchange: at once, if none does.
   *
   * @return whether the action has run
   */
  boolean whenUnmounted(Path tree, Runnable action) {
    synchronized (this) {
      Set<String> names = namesIn(tree);
      if (!names.isEmpty()) {
        waiting.add(new Waiting(names, action));
        return false;
      }
    }
    action.run();
    return true;
  }

  /** Returns the containers that mount an exchange. */
  synchronized Set<String> namesIn(Path tree) {
    Set<String> names = new HashSet<>();
    entries.forEach(
        (name, entry) -> {
          if (entry.trees.contains(tree)) {
            names.add(name);
          }
        });
    return names;
  }

  public synchronized boolean isWanted(String name) {
    Entry entry = entries.get(name);
    return entry != null && !entry.lost;
  }

  /** Returns all lost containers. */
  public synchronized List<Lost> lost() {
    return entries.entrySet().stream()
        .filter(entry -> entry.getValue().lost)
        .map(entry -> new Lost(entry.getKey(), entry.getValue().runtime))
        .toList();
  }

  /** Returns the lost containers that mount one of these exchanges. */
  public synchronized List<Lost> lostIn(Set<Path> trees) {
    Set<String> names = new HashSet<>();
    trees.forEach(tree -> names.addAll(namesIn(tree)));
    return lost().stream().filter(each -> names.contains(each.name())).toList();
  }
}
