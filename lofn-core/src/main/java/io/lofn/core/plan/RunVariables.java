package io.lofn.core.plan;

import io.lofn.api.ContainerSettings;
import io.lofn.core.exchange.Exchange;
import io.lofn.core.task.TaskIdentity;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The environment variables that lofn adds to those of the image and of the tool: which run this
 * is, what it may use, and what tools should find alike by every runtime. Immutable.
 */
final class RunVariables {

  /** Where the tool finds the exchange. */
  static final String EXCHANGE = "LOFN_EXCHANGE";

  private static final String CPUS = "LOFN_CPUS";
  private static final String MEMORY = "LOFN_MEMORY";
  private static final String HOME = "HOME";
  private static final String LOCALE = "LC_ALL";
  private static final String TIME_ZONE = "TZ";

  /** How many threads libraries start that else look at the processors of the node. */
  private static final List<String> THREADS =
      List.of(
          "OMP_NUM_THREADS",
          "GOTO_NUM_THREADS",
          "OPENBLAS_NUM_THREADS",
          "MKL_NUM_THREADS",
          "VECLIB_MAXIMUM_THREADS",
          "NUMEXPR_NUM_THREADS");

  private final ContainerSettings settings;
  private final Map<String, String> ofImage;
  private final Map<String, String> added = new LinkedHashMap<>();

  private RunVariables(ContainerSettings settings, Map<String, String> ofImage) {
    this.settings = settings;
    this.ofImage = ofImage;
  }

  /**
   * The variables that are added for one run.
   *
   * @param settings the tool's container
   * @param ofImage the image's variables
   * @param temporary whether {@code /tmp} is the run's own and can be written
   * @param inputFile the file that Spark reads the partition from, if it says so
   */
  static Map<String, String> of(
      ContainerSettings settings,
      Map<String, String> ofImage,
      TaskIdentity task,
      boolean temporary,
      Optional<String> inputFile) {
    RunVariables variables = new RunVariables(settings, ofImage);
    variables.added.putAll(task.variables());
    inputFile.ifPresent(path -> variables.added.put(TaskIdentity.INPUT_FILE, path));
    variables.resources();
    if (temporary) {
      variables.unlessSet(HOME, Exchange.TMP);
    }
    if (!variables.choosesLocale()) {
      variables.added.put(LOCALE, "C.UTF-8");
    }
    variables.unlessSet(TIME_ZONE, "UTC");
    return variables.added;
  }

  /** What is not limited is what the node has; its libraries know that by themselves. */
  private void resources() {
    settings
        .limits()
        .cpus()
        .ifPresentOrElse(
            quota -> {
              String cpus = Long.toString(Math.max(1, (long) Math.ceil(quota)));
              added.put(CPUS, cpus);
              THREADS.forEach(name -> unlessSet(name, cpus));
            },
            () -> added.put(CPUS, Integer.toString(Runtime.getRuntime().availableProcessors())));
    settings.limits().memory().ifPresent(bytes -> added.put(MEMORY, Long.toString(bytes)));
  }

  /** {@code LC_ALL} would take the place of all of these. */
  private boolean choosesLocale() {
    return isSet("LANG") || knows(name -> name.startsWith("LC_"));
  }

  private boolean knows(Predicate<String> names) {
    return ofImage.keySet().stream().anyMatch(names)
        || settings.environment().keySet().stream().anyMatch(names);
  }

  private boolean isSet(String name) {
    return knows(name::equals);
  }

  private void unlessSet(String name, String value) {
    if (!isSet(name)) {
      added.put(name, value);
    }
  }
}
