package io.lofn.bench;

/** Passes many lines in files of the exchange, on disk and in memory. */
final class ByFiles implements Scenario {

  @Override
  public void run(Lab lab) throws Exception {
    MuchText text = new MuchText(lab);
    Contest contest = lab.contest("files").add("plain-file", text::plainFile);
    for (String runtime : lab.runtimes()) {
      contest.add("lofn-" + runtime, () -> text.files(runtime));
      contest.add("lofn-" + runtime + "-memory", () -> text.filesInMemory(runtime));
    }
    contest.run(lab.sizes().rounds);
    for (String runtime : lab.runtimes()) {
      String name = lab.ratioName(runtime);
      contest.ratio(name + "/plain-file", "lofn-" + runtime, "plain-file");
      contest.ratio(name + "-memory/plain-file", "lofn-" + runtime + "-memory", "plain-file");
    }
  }
}
