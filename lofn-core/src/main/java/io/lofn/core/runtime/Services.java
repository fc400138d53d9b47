package io.lofn.core.runtime;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The implementations of one service that ServiceLoader finds. A broken services file hides no
 * other one: its message is kept for the report.
 *
 * @param found one instance of each class, in the order of the class path
 * @param broken the messages of what could not be loaded
 */
public record Services<S>(List<S> found, List<String> broken) {

  /** The maximum number of errors of one jar before the search ends. */
  private static final int MOST_ERRORS = 100;

  /**
   * Searches with the context class loader first, which Spark sets to the one that sees {@code
   * --jars}, and then with lofn's own.
   */
  public static <S> Services<S> discover(Class<S> service) {
    Services<S> providers = new Services<>(new ArrayList<>(), new ArrayList<>());
    Set<String> seen = new HashSet<>();
    providers.load(service, Thread.currentThread().getContextClassLoader(), seen);
    providers.load(service, Services.class.getClassLoader(), seen);
    return providers;
  }

  private void load(Class<S> service, @Nullable ClassLoader loader, Set<String> seen) {
    Iterator<ServiceLoader.Provider<S>> candidates =
        ServiceLoader.load(service, loader).stream().iterator();
    for (int errors = 0; errors < MOST_ERRORS; ) {
      try {
        if (!candidates.hasNext()) {
          return;
        }
        ServiceLoader.Provider<S> candidate = candidates.next();
        if (seen.add(candidate.type().getName())) {
          found.add(candidate.get());
        }
      } catch (ServiceConfigurationError | LinkageError e) {
        errors++;
        if (seen.add(e.toString())) {
          broken.add(e.getMessage());
        }
      }
    }
  }
}
