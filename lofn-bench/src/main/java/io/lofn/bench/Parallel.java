package io.lofn.bench;

/**
 * Runs many containers at the same time on one node, all of which the engine has to start at once.
 */
final class Parallel implements Scenario {

  private static final int RUNS = 64;

  @Override
  public int slots(int processors) {
    return RUNS;
  }

  @Override
  public void run(Lab lab) throws Exception {
    TinyTools tools = new TinyTools(lab, RUNS);
    Contest contest =
        lab.contest("parallel")
            .add("no-container", tools::sparkPipe)
            .add("floor-docker", () -> tools.floor(Floor.docker()))
            .add("floor-docker-4-at-a-time", () -> tools.floor(Floor.docker(), 4))
            .add("floor-podman", () -> tools.floor(Floor.podman()))
            .add("floor-podman-4-at-a-time", () -> tools.floor(Floor.podman(), 4))
            .add("docker-run", () -> tools.dockerRun("--network none"));
    for (String runtime : lab.runtimes()) {
      contest.add("lofn-" + runtime, () -> tools.lofn(runtime, false));
    }
    contest
        .run(lab.sizes().rounds)
        .ratio("docker-64/4-at-a-time", "floor-docker", "floor-docker-4-at-a-time")
        .ratio("podman-64/4-at-a-time", "floor-podman", "floor-podman-4-at-a-time");
    for (String runtime : lab.runtimes()) {
      String name = lab.ratioName(runtime);
      if (Lab.hasFloor(runtime)) {
        contest.ratio(name + "/floor", "lofn-" + runtime, "floor-" + runtime);
      }
      contest
          .ratio(name + "/docker-run", "lofn-" + runtime, "docker-run")
          .ratio(name + "/no-container", "lofn-" + runtime, "no-container");
    }
  }
}
