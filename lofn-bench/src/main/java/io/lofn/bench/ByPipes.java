package io.lofn.bench;

/** Passes many lines in standard input and output, and the same lines in files. */
final class ByPipes implements Scenario {

  @Override
  public void run(Lab lab) throws Exception {
    MuchText text = new MuchText(lab);
    Contest contest =
        lab.contest("pipes")
            .add("no-container", text::sparkPipe)
            .add("spark-pipe-docker-run", text::sparkPipeToDocker);
    for (String runtime : lab.runtimes()) {
      contest
          .add(runtime + "-files", () -> text.files(runtime))
          .add(runtime + "-pipes", () -> text.pipes(runtime, false));
      if (Lab.canReuse(runtime)) {
        contest.add(runtime + "-warm-pipes", () -> text.pipes(runtime, true));
      }
    }
    contest.run(lab.sizes().rounds);
    for (String runtime : lab.runtimes()) {
      String files = runtime + "-files";
      String prefix = lab.isFirst(runtime) ? "" : runtime + "-";
      contest
          .ratio(prefix + "pipes/files", runtime + "-pipes", files)
          .ratio(prefix + "pipes/no-container", runtime + "-pipes", "no-container");
      if (Lab.canReuse(runtime)) {
        contest.ratio(prefix + "warm-pipes/files", runtime + "-warm-pipes", files);
      }
    }
  }
}
