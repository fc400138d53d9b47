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
 * The containers of this lofn that are not known to be gone, and what waits for that: whatever a
 * container mounts goes after it. A container is wanted until it is closed, or did not start; one
 * that is not known to be gone then is lost, and the sweep's. Thread-safe.
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
   * A container that may live though nobody wants it.
   *
   * @param name its name
   * @param runtime what started it
   */
  public record Lost(String name, ContainerRuntime runtime) {}

  /**
   * A container is about to be started.
   *
   * @param trees the exchanges that it mounts
   */
  public synchronized void begin(String name, ContainerRuntime runtime, Set<Path> trees) {
    entries.put(name, new Entry(runtime, Set.copyOf(trees)));
  }

  /** Nobody wants the container any more, and it may live. */
  public synchronized void lose(String name) {
    Entry entry = entries.get(name);
    if (entry != null) {
      entry.lost = true;
    }
  }

  /** The container is known to be gone; what waited only for it is done, by this thread. */
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
   * Does something when no container mounts an exchange: now, if there is none.
   *
   * @return whether it is done
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

  /** The containers that mount an exchange. */
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

  /** All that may live though nobody wants them. */
  public synchronized List<Lost> lost() {
    return entries.entrySet().stream()
        .filter(entry -> entry.getValue().lost)
        .map(entry -> new Lost(entry.getKey(), entry.getValue().runtime))
        .toList();
  }

  /** Those of them that mount one of these exchanges. */
  public synchronized List<Lost> lostIn(Set<Path> trees) {
    Set<String> names = new HashSet<>();
    trees.forEach(tree -> names.addAll(namesIn(tree)));
    return lost().stream().filter(each -> names.contains(each.name())).toList();
  }
}
