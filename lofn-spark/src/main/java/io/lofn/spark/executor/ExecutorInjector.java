package io.lofn.spark.executor;

import com.google.inject.CreationException;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Module;
import com.google.inject.Stage;
import io.lofn.api.LofnException;
import io.lofn.core.CoreModule;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.run.RunEngine;
import io.lofn.core.runtime.RuntimeProviders;
import io.lofn.core.runtime.Services;
import io.lofn.core.task.PoolThreads;
import io.lofn.core.task.RunMetrics;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only static state of lofn: an injector for each configuration of the jobs and tasks of this
 * JVM. It is made when the first of them comes. It is closed when the application or the JVM ends,
 * or when nothing uses it and others are needed.
 */
public final class ExecutorInjector {

  private static final Logger LOG = LoggerFactory.getLogger(ExecutorInjector.class);

  /**
   * The limit of unused injectors: a driver may live for hundreds of sessions, each with its own
   * configuration.
   */
  public static final int MOST_UNUSED = 16;

  /**
   * The key of an injector: the configuration of one application. A local Spark is driver and
   * executor in one JVM, and only its tasks see jars that were added after its start.
   */
  private record Key(Map<String, String> conf, SparkConf spark, boolean driver) {}

  /** The most recently used one comes last. */
  private static final Map<Key, Made> INJECTORS = new LinkedHashMap<>(16, 0.75f, true);

  private static final Set<String> APPLICATIONS = new HashSet<>();

  /** The metrics of this JVM, for all configurations; without the plugin nobody reads them. */
  private static RunMetrics metrics = new SparkMetrics();

  private ExecutorInjector() {}

  /** An injector, and what closes it when the JVM ends, if nothing did before. */
  private static final class Made {

    private final Injector injector;
    private final Thread atShutdown = new Thread(this::close, "lofn-shutdown");
    private int users;

    Made(Injector injector) {
      this.injector = injector;
    }

    private void close() {
      injector.getInstance(RunEngine.class).close();
    }

    boolean isUnused() {
      return users == 0 && injector.getInstance(RunEngine.class).isIdle();
    }

    /** Closes the injector, unless the JVM ends, which closes it. */
    void end() {
      if (!unhook(atShutdown)) {
        return;
      }
      try {
        close();
      } catch (RuntimeException | Error e) {
        LOG.warn("Could not close all resources of lofn", e);
      }
    }

    private static boolean unhook(Thread hook) {
      try {
        return Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException shuttingDown) {
        return false;
      }
    }
  }

  /** Holds an injector in use: it is not closed meanwhile, nor while it has a run. */
  public static final class Lease implements AutoCloseable {

    private final Made made;

    private Lease(Made made) {
      this.made = made;
    }

    public <T> T get(Class<T> type) {
      return made.injector.getInstance(type);
    }

    @Override
    public void close() {
      giveBack(made);
    }
  }

  /** Sets the metrics that count everything from now on. */
  public static synchronized void countWith(RunMetrics others) {
    metrics = others;
  }

  public static Lease ofDriver(Map<String, String> conf) {
    return lease(conf, true);
  }

  public static Lease ofExecutor(Map<String, String> conf) {
    return lease(conf, false);
  }

  /**
   * Ends what was made for the tasks of a driver's own JVM when its application ends: the JVM may
   * live on, with other applications. Of what is configured for all of the application it warns
   * once.
   */
  public static synchronized void closeAtEndOf(SparkContext context, LofnConfig conf) {
    if (APPLICATIONS.add(context.applicationId())) {
      context.addSparkListener(
          new ApplicationEnd("end all runs", () -> closeAll(context.applicationId())));
      ExecutorSettings.encryptionWarning(context.conf(), conf).ifPresent(LOG::warn);
    }
  }

  private static void closeAll(String application) {
    List<Made> all;
    synchronized (ExecutorInjector.class) {
      APPLICATIONS.remove(application);
      all = List.copyOf(INJECTORS.values());
      INJECTORS.clear();
    }
    all.forEach(Made::end);
  }

  private static synchronized Lease lease(Map<String, String> conf, boolean driver) {
    Key key = new Key(Map.copyOf(conf), SparkEnv.get().conf(), driver);
    Made made = INJECTORS.get(key);
    if (made == null) {
      made = make(key);
      INJECTORS.put(key, made);
    }
    made.users++;
    endUnused();
    return new Lease(made);
  }

  private static synchronized void giveBack(Made made) {
    made.users--;
  }

  private static Made make(Key key) {
    Made made = new Made(create(ExecutorSettings.of(key.conf(), key.spark())));
    try {
      Runtime.getRuntime().addShutdownHook(made.atShutdown);
    } catch (IllegalStateException e) {
      made.close();
      throw new LofnException("This JVM is shutting down, so lofn starts no run in it", e);
    }
    return made;
  }

  /** Closes the least recently used injectors, on another thread: its engine may take some time. */
  private static void endUnused() {
    List<Made> unused = INJECTORS.values().stream().filter(Made::isUnused).toList();
    for (Made made : unused.subList(0, Math.max(0, unused.size() - MOST_UNUSED))) {
      INJECTORS.values().remove(made);
      Thread end = new Thread(made::end, "lofn-end");
      end.setDaemon(true);
      end.setUncaughtExceptionHandler(PoolThreads.LOGGING);
      end.start();
    }
  }

  private static Injector create(ExecutorSettings settings) {
    Services<Module> added = Services.discover(Module.class);
    if (!added.broken().isEmpty()) {
      throw new LofnException("Cannot load a Guice module: " + added.broken());
    }
    List<Module> modules = new ArrayList<>(added.found());
    modules.add(
        new CoreModule(
            settings.conf(),
            settings.directories(),
            settings.hadoop(),
            RuntimeProviders.discover(),
            metrics));
    modules.add(new SparkModule());
    try {
      return Guice.createInjector(Stage.PRODUCTION, modules);
    } catch (CreationException e) {
      throw new LofnException("Cannot start lofn on this executor: " + e.getMessage(), e);
    }
  }
}
