package io.lofn.spark;

import com.google.inject.CreationException;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Module;
import com.google.inject.Stage;
import io.lofn.api.LofnException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The one place of static state: an injector for each configuration that jobs and tasks of this JVM
 * came with, made when the first of them comes and closed when the JVM ends.
 */
final class ExecutorInjector {

  /**
   * What an injector serves. A local Spark is driver and executor in one JVM, and only its tasks
   * see jars that were added after its start.
   */
  private record Key(ExecutorSettings settings, boolean driver) {}

  private static final Map<Key, Injector> INJECTORS = new HashMap<>();

  private ExecutorInjector() {}

  static ToolRunner toolRunner(ExecutorSettings settings) {
    return injector(new Key(settings, false)).getInstance(ToolRunner.class);
  }

  static ImagePins imagePins(ExecutorSettings settings) {
    return injector(new Key(settings, true)).getInstance(ImagePins.class);
  }

  static FailFast failFast(ExecutorSettings settings) {
    return injector(new Key(settings, true)).getInstance(FailFast.class);
  }

  static OutputStores outputStores(ExecutorSettings settings) {
    return injector(new Key(settings, false)).getInstance(OutputStores.class);
  }

  private static synchronized Injector injector(Key key) {
    Injector known = INJECTORS.get(key);
    if (known != null) {
      return known;
    }
    Injector made = create(key.settings());
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> made.getInstance(Node.class).close(), "lofn-shutdown"));
    INJECTORS.put(key, made);
    return made;
  }

  private static Injector create(ExecutorSettings settings) {
    Providers<Module> added = Providers.discover(Module.class);
    if (!added.broken().isEmpty()) {
      throw new LofnException("A Guice module could not be loaded: " + added.broken());
    }
    List<Module> modules = new ArrayList<>(added.found());
    modules.add(new ExecutorModule(settings, RuntimeProviders.discover()));
    try {
      return Guice.createInjector(Stage.PRODUCTION, modules);
    } catch (CreationException e) {
      throw new LofnException("lofn cannot be set up on this executor: " + e.getMessage(), e);
    }
  }
}
