package io.lofn.bench;

import io.lofn.api.EmptyPartitions;
import io.lofn.api.Tool;
import java.util.List;

/** One record in many partitions: what the empty ones cost, and what each way out saves. */
final class Empty implements Scenario {

  private static final Tool<String, String> CAT = Tool.pipe(Lab.IMAGE).command("cat");

  @Override
  public void run(Lab lab) throws Exception {
    Contest contest = lab.contest("empty");
    for (String runtime : lab.runtimes()) {
      contest.add("cold-" + runtime, 1, () -> job(lab, runtime, CAT));
      if (Lab.canReuse(runtime)) {
        contest.add("warm-" + runtime, 1, () -> job(lab, runtime, CAT.reuseContainer(true)));
      }
      Tool<String, String> skipping = CAT.emptyPartitions(EmptyPartitions.SKIP);
      contest.add("skip-" + runtime, 1, () -> job(lab, runtime, skipping));
    }
    contest.run(lab.sizes().rounds);
    for (String runtime : lab.runtimes()) {
      String cold = "cold-" + runtime;
      if (Lab.canReuse(runtime)) {
        contest.ratio("cold/warm, " + runtime, cold, "warm-" + runtime);
      }
      contest.ratio("cold/skip, " + runtime, cold, "skip-" + runtime);
    }
  }

  private static void job(Lab lab, String runtime, Tool<String, String> tool) {
    int partitions = lab.sizes().partitions;
    List<String> result =
        lab.lofn(runtime).map(lab.context().parallelize(List.of("x"), partitions), tool).collect();
    Lab.check("records", result, List.of("x"));
  }
}
