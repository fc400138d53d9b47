package io.lofn.runtime.embedded.sandbox;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a container holds of this node, to be given back once, the last first. Thread-safe. */
final class Holdings {

  private static final Logger LOG = LoggerFactory.getLogger(Holdings.class);

  private final Deque<Runnable> releases = new ArrayDeque<>();

  synchronized void add(Runnable release) {
    releases.push(release);
  }

  synchronized void release() {
    while (!releases.isEmpty()) {
      try {
        releases.pop().run();
      } catch (RuntimeException e) {
        LOG.warn("Something of a container could not be given back", e);
      }
    }
  }
}
