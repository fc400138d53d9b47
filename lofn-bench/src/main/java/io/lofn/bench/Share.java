package io.lofn.bench;

/**
 * Runs tiny partitions as plain processes, by lofn and by Spark: the difference is what lofn itself
 * does for a run.
 */
final class Share implements Scenario {

  private static final String LOFN = "lofn-" + Lab.PROCESS;

  @Override
  public void run(Lab lab) throws Exception {
    int count = lab.sizes().warmPartitions;
    double runsOfASlot = (double) count / lab.slots();
    TinyTools tools = new TinyTools(lab, count);
    lab.contest("share")
        .add("no-tool", runsOfASlot, tools::noTool)
        .add("no-container", runsOfASlot, tools::sparkPipe)
        .add(LOFN, runsOfASlot, () -> tools.lofn(Lab.PROCESS, false))
        .run(lab.sizes().rounds)
        .cpu(lab.slots())
        .overhead("own-share", LOFN, "no-container")
        .cpuOverhead("own-share", LOFN, "no-container")
        .overhead("lofn-over-no-tool", LOFN, "no-tool");
    lab.reportPhases("share", Lab.PROCESS);
  }
}
