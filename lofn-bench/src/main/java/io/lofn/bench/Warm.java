package io.lofn.bench;

/** Runs tiny partitions in reused containers, and measures how long a run occupies its slot. */
final class Warm implements Scenario {

  @Override
  public void run(Lab lab) throws Exception {
    int slots = lab.slots();
    int count = lab.sizes().warmPartitions;
    double runsOfASlot = (double) count / slots;
    TinyTools tools = new TinyTools(lab, count);
    int coldCount = lab.sizes().partitions;
    TinyTools coldTools = new TinyTools(lab, coldCount);
    Contest contest =
        lab.contest("warm")
            .add("no-tool", runsOfASlot, tools::noTool)
            .add("no-container", runsOfASlot, tools::sparkPipe);
    for (String runtime : lab.runtimes()) {
      if (Lab.canReuse(runtime)) {
        contest.add("lofn-" + runtime, runsOfASlot, () -> tools.lofn(runtime, true));
      }
    }
    contest
        .add("docker-run", (double) coldCount / slots, () -> coldTools.dockerRun("--network none"))
        .run(lab.sizes().rounds);
    for (String runtime : lab.runtimes()) {
      if (Lab.canReuse(runtime)) {
        String lofn = "lofn-" + runtime;
        String name = lab.ratioName(runtime);
        contest
            .ratio("docker-run/" + name, "docker-run", lofn)
            .overhead(name + "-per-run-overhead", lofn, "no-container")
            .overhead(name + "-over-no-tool", lofn, "no-tool");
      }
    }
  }
}
