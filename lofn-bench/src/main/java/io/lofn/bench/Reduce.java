package io.lofn.bench;

import io.lofn.api.Tool;
import io.lofn.spark.Lofn;
import io.lofn.spark.ReduceShape;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;

/** Computes the sum of the numbers in many partitions with trees of different fan-in. */
final class Reduce implements Scenario {

  private static final int PARTITIONS = 256;
  private static final int[] FAN_INS = {2, 8, 32};

  @Override
  public void run(Lab lab) throws Exception {
    JavaRDD<String> data = lab.numbers(PARTITIONS);
    Lofn lofn = lab.lofn(lab.runtimes().get(0));
    Contest contest = lab.contest("reduce");
    for (int fanIn : FAN_INS) {
      contest
          .add("fan-in-" + fanIn, () -> sum(lofn, data, fanIn, false))
          .add("fan-in-" + fanIn + "-warm", () -> sum(lofn, data, fanIn, true));
    }
    contest.run(lab.sizes().rounds);
  }

  private static void sum(Lofn lofn, JavaRDD<String> data, int fanIn, boolean reuse) {
    Tool<String, String> sum =
        Tool.pipe(Lab.IMAGE).command("awk", "{n += $1} END {print n}").reuseContainer(reuse);
    List<String> result = lofn.reduce(data, sum, ReduceShape.fanIn(fanIn)).collect();
    Lab.check("sum", result, List.of(Integer.toString(PARTITIONS * (PARTITIONS - 1) / 2)));
  }
}
