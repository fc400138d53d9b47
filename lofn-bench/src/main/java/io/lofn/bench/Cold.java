package io.lofn.bench;

/**
 * Runs tiny partitions, each in a separate container, and measures how long a run occupies its
 * slot.
 */
final class Cold implements Scenario {

  @Override
  public void run(Lab lab) throws Exception {
    int count = lab.sizes().partitions;
    double runsOfASlot = (double) count / lab.slots();
    TinyTools tools = new TinyTools(lab, count);
    Contest contest =
        lab.contest("cold")
            .add("no-tool", runsOfASlot, tools::noTool)
            .add("no-container", runsOfASlot, tools::sparkPipe)
            .add("floor-docker", runsOfASlot, () -> tools.floor(Floor.docker()))
            .add("floor-podman", runsOfASlot, () -> tools.floor(Floor.podman()));
    for (String runtime : lab.runtimes()) {
      contest.add("lofn-" + runtime, runsOfASlot, () -> tools.lofn(runtime, false));
    }
    contest
        .add("docker-run", runsOfASlot, () -> tools.dockerRun("--network none"))
        .add("docker-run-default", runsOfASlot, () -> tools.dockerRun(""))
        .add("spark-pipe-docker-run", runsOfASlot, tools::sparkPipeToDocker)
        .add("predecessor", runsOfASlot, tools::predecessor)
        .run(lab.sizes().rounds);
    for (String runtime : lab.runtimes()) {
      String lofn = "lofn-" + runtime;
      String name = lab.ratioName(runtime);
      if (Lab.hasFloor(runtime)) {
        contest.ratio(name + "/floor", lofn, "floor-" + runtime);
      }
      contest
          .ratio(name + "/docker-run", lofn, "docker-run")
          .ratio("docker-run/" + name, "docker-run", lofn)
          .ratio(name + "/docker-run-default", lofn, "docker-run-default")
          .ratio(name + "/spark-pipe-docker-run", lofn, "spark-pipe-docker-run")
          .ratio(name + "/predecessor", lofn, "predecessor")
          .overhead(name + "-over-no-container", lofn, "no-container")
          .overhead(name + "-over-no-tool", lofn, "no-tool");
      lab.reportPhases("cold", runtime);
    }
  }
}
