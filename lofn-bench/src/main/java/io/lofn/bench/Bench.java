package io.lofn.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs scenarios and prints each measurement at once as a row. */
@Command(
    name = "bench",
    sortOptions = false,
    description = "Compares lofn with what users would do without it.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class Bench implements Callable<Integer> {

  private static final Map<String, Scenario> SCENARIOS = new LinkedHashMap<>();

  static {
    SCENARIOS.put("cold", new Cold());
    SCENARIOS.put("starts", new Starts());
    SCENARIOS.put("share", new Share());
    SCENARIOS.put("warm", new Warm());
    SCENARIOS.put("empty", new Empty());
    SCENARIOS.put("files", new ByFiles());
    SCENARIOS.put("pipes", new ByPipes());
    SCENARIOS.put("memory", new Memory());
    SCENARIOS.put("reduce", new Reduce());
    SCENARIOS.put("drift", new Drift());
    SCENARIOS.put("parallel", new Parallel());
    SCENARIOS.put("tool", new RealTool());
    SCENARIOS.put("unpack", new Unpack());
    SCENARIOS.put("pull", new Pull());
  }

  private final List<Row> rows = new ArrayList<>();

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "SCENARIO",
      description =
          "cold, starts, share, warm, empty, files, pipes, memory, reduce, drift, parallel, tool, unpack, pull, or all")
  private List<String> names;

  @Mixin private Sizes sizes;

  @Option(
      names = "--runtime",
      paramLabel = "NAME",
      split = ",",
      defaultValue = "docker,podman,cli,charliecloud",
      description =
          "the runtimes; a scenario with a single runtime uses the first (default:"
              + " ${DEFAULT-VALUE})")
  private List<String> runtimes;

  @Option(
      names = "--picture",
      paramLabel = "FILE",
      description = "write a diagram of the results of cold and warm to a PNG file")
  private @Nullable Path picture;

  @Option(names = "--help", usageHelp = true, description = "print this and exit")
  @SuppressWarnings("UnusedVariable") // picocli uses it by its annotation
  private boolean help;

  public static void main(String[] args) {
    System.exit(new CommandLine(new Bench()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    List<Scenario> scenarios = scenarios();
    System.out.println(Row.HEADER);
    for (Scenario scenario : scenarios) {
      int slots = scenario.slots(Runtime.getRuntime().availableProcessors());
      try (Lab lab = Lab.open(slots, sizes, runtimes, this::report)) {
        scenario.run(lab);
      }
    }
    if (picture != null) {
      Picture.draw(rows, picture);
    }
    return 0;
  }

  private void report(Row row) {
    rows.add(row);
    System.out.println(row);
  }

  private List<Scenario> scenarios() {
    if (names.equals(List.of("all"))) {
      return List.copyOf(SCENARIOS.values());
    }
    List<Scenario> scenarios = new ArrayList<>();
    for (String name : names) {
      Scenario scenario = SCENARIOS.get(name);
      if (scenario == null) {
        throw new ParameterException(
            spec.commandLine(),
            "Unknown scenario '%s'; use one of %s, or all".formatted(name, SCENARIOS.keySet()));
      }
      scenarios.add(scenario);
    }
    return scenarios;
  }
}
