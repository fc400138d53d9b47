package io.lofn.bench;

/**
 * Runs many tiny partitions, each in a separate container of the runtime {@code embedded}, so that
 * the JVM has compiled what runs most: with a hundred, a run of few milliseconds is slower for that
 * alone.
 */
final class Starts implements Scenario {

  private static final String LOFN = "lofn-" + Lab.EMBEDDED;

  @Override
  public void run(Lab lab) throws Exception {
    int few = lab.sizes().partitions;
    int count = lab.sizes().warmPartitions;
    double slots = lab.slots();
    TinyTools fewTools = new TinyTools(lab, few);
    TinyTools tools = new TinyTools(lab, count);
    lab.contest("starts")
        .add("no-tool", count / slots, tools::noTool)
        .add("no-container", count / slots, tools::sparkPipe)
        .add(LOFN, count / slots, () -> tools.lofn(Lab.EMBEDDED, false))
        .add("docker-run", few / slots, () -> fewTools.dockerRun("--network none"))
        .run(lab.sizes().rounds)
        .cpu(lab.slots())
        .ratio("docker-run/" + LOFN, "docker-run", LOFN)
        .overhead(LOFN + "-over-no-container", LOFN, "no-container")
        .cpuOverhead(LOFN + "-over-no-container", LOFN, "no-container")
        .overhead(LOFN + "-over-no-tool", LOFN, "no-tool");
    lab.reportPhases("starts", Lab.EMBEDDED);
  }
}
