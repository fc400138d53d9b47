package io.lofn.bench;

/** Many lines by files of the exchange. */
final class ByFiles implements Scenario {

  @Override
  public void run(Lab lab) throws Exception {
    MuchText text = new MuchText(lab);
    Contest contest = lab.contest("files").add("plain-file", text::plainFile);
    for (String runtime : lab.runtimes()) {
      contest.add("lofn-" + runtime, () -> text.files(runtime));
    }
    contest.run(lab.sizes().rounds);
    for (String runtime : lab.runtimes()) {
      contest.ratio(lab.ratioName(runtime) + "/plain-file", "lofn-" + runtime, "plain-file");
    }
  }
}
