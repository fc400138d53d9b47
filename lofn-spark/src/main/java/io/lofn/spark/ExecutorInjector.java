package io.lofn.spark;

import com.google.inject.CreationException;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Module;
import com.google.inject.Stage;
import io.lofn.api.LofnException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;

/**
 * The one place of static state: an injector for each configuration that jobs and tasks of this JVM
 * came with, made when the first of them comes and closed when the application or the JVM ends.
 */
final class ExecutorInjector {

  /**
   * What an injector serves: a configuration of one application. A local Spark is driver and
   * executor in one JVM, and only its tasks see jars that were added after its start.
   */
  private record Key(Map<String, String> conf, SparkConf spark, boolean driver) {}

  /** An injector, and what closes it if nobody did when the JVM ends. */
  private record Made(Injector injector, Runnable end, Thread atShutdown) {

    static Made of(Injector injector) {
      Runnable end = () -> injector.getInstance(Node.class).close();
      return new Made(injector, end, new Thread(end, "lofn-shutdown"));
    }
  }

  private static final Map<Key, Made> INJECTORS = new HashMap<>();
  private static final Set<String> APPLICATIONS = new HashSet<>();

  /** Of this JVM, whatever the configuration; of nobody's interest without the plugin. */
  private static RunMeters meters = new RunMeters();

  private ExecutorInjector() {}

  static ToolRunner toolRunner(Map<String, String> conf) {
    return ofExecutor(conf).getInstance(ToolRunner.class);
  }

  static NodeCheck nodeCheck(Map<String, String> conf) {
    return ofExecutor(conf).getInstance(NodeCheck.class);
  }

  static WarmUp warmUp(Map<String, String> conf) {
    return ofExecutor(conf).getInstance(WarmUp.class);
  }

  /** Has all that begins from now on counted. */
  static synchronized void countWith(RunMeters others) {
    meters = others;
  }

  static ImagePins imagePins(Map<String, String> conf) {
    return ofDriver(conf).getInstance(ImagePins.class);
  }

  static FailFast failFast(Map<String, String> conf) {
    return ofDriver(conf).getInstance(FailFast.class);
  }

  static OutputStores outputStores(Map<String, String> conf) {
    return ofExecutor(conf).getInstance(OutputStores.class);
  }

  /**
   * Lets what was made for the tasks of a driver's own JVM end with its application: such a JVM may
   * live on, with other applications.
   */
  static synchronized void closeAtEndOf(SparkContext context) {
    if (APPLICATIONS.add(context.applicationId())) {
      context.addSparkListener(
          new ApplicationEnd("end all runs", () -> closeAll(context.applicationId())));
    }
  }

  private static void closeAll(String application) {
    List<Made> all;
    synchronized (ExecutorInjector.class) {
      APPLICATIONS.remove(application);
      all = List.copyOf(INJECTORS.values());
      INJECTORS.clear();
    }
    for (Made made : all) {
      try {
        if (Runtime.getRuntime().removeShutdownHook(made.atShutdown())) {
          made.end().run();
        }
      } catch (IllegalStateException shuttingDown) {
        return; // The hooks do it.
      }
    }
  }

  private static Injector ofDriver(Map<String, String> conf) {
    return injector(conf, true);
  }

  private static Injector ofExecutor(Map<String, String> conf) {
    return injector(conf, false);
  }

  private static synchronized Injector injector(Map<String, String> conf, boolean driver) {
    Key key = new Key(Map.copyOf(conf), SparkEnv.get().conf(), driver);
    Made known = INJECTORS.get(key);
    if (known != null) {
      return known.injector();
    }
    Made made = Made.of(create(ExecutorSettings.of(key.conf(), key.spark())));
    Runtime.getRuntime().addShutdownHook(made.atShutdown());
    INJECTORS.put(key, made);
    return made.injector();
  }

  private static Injector create(ExecutorSettings settings) {
    Providers<Module> added = Providers.discover(Module.class);
    if (!added.broken().isEmpty()) {
      throw new LofnException("A Guice module could not be loaded: " + added.broken());
    }
    List<Module> modules = new ArrayList<>(added.found());
    modules.add(new ExecutorModule(settings, RuntimeProviders.discover(), meters));
    try {
      return Guice.createInjector(Stage.PRODUCTION, modules);
    } catch (CreationException e) {
      throw new LofnException("lofn cannot be set up on this executor: " + e.getMessage(), e);
    }
  }
}
