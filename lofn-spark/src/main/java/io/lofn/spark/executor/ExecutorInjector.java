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
 * The one place of static state: an injector for each configuration that jobs and tasks of this JVM
 * came with, made when the first of them comes and closed when the application or the JVM ends, or
 * when nothing uses it while others are needed.
 */
public final class ExecutorInjector {

  private static final Logger LOG = LoggerFactory.getLogger(ExecutorInjector.class);

  /** A driver may live for hundreds of sessions, each with a configuration of its own. */
  public static final int MOST_UNUSED = 16;

  /**
   * What an injector serves: a configuration of one application. A local Spark is driver and
   * executor in one JVM, and only its tasks see jars that were added after its start.
   */
  private record Key(Map<String, String> conf, SparkConf spark, boolean driver) {}

  /** The one used last comes last. */
  private static final Map<Key, Made> INJECTORS = new LinkedHashMap<>(16, 0.75f, true);

  private static final Set<String> APPLICATIONS = new HashSet<>();

  /** Of this JVM, whatever the configuration; of nobody's interest without the plugin. */
  private static RunMetrics metrics = new SparkMetrics();

  private ExecutorInjector() {}

  /** An injector, and what closes it if nobody did when the JVM ends. */
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

    /** Closes it, unless the JVM ends, which does it. */
    void end() {
      if (!unhook(atShutdown)) {
        return;
      }
      try {
        close();
      } catch (RuntimeException | Error e) {
        LOG.warn("Something of lofn could not be closed", e);
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

  /** The use of an injector, which is not closed meanwhile, nor while it has a run. */
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

  /** Has all that begins from now on counted. */
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
   * Lets what was made for the tasks of a driver's own JVM end with its application: such a JVM may
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
      throw new LofnException("This JVM is shutting down, and lofn begins nothing in it", e);
    }
    return made;
  }

  /** Ends what was not used for longest, on a thread of its own: its engine may take its time. */
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
      throw new LofnException("A Guice module could not be loaded: " + added.broken());
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
      throw new LofnException("lofn cannot be set up on this executor: " + e.getMessage(), e);
    }
  }
}
