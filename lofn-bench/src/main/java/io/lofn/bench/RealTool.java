package io.lofn.bench;

import io.lofn.api.Tool;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;

/** Aligns real reads with the genome of phage lambda by minimap2. */
final class RealTool implements Scenario {

  private static final String IMAGE = "lofn/align:12";
  private static final String DATA = "/usr/share/lambda/";
  private static final String ALIGN =
      "minimap2 -a -x sr -t 1 " + DATA + "lambda_virus.fa.gz - 2>/dev/null";

  /** The copies of the ten thousand reads, so that a run takes longer than a start. */
  private static final int COPIES = 40;

  private static final int PARTITIONS = 8;
  private static final int LINES_OF_READ = 4;

  @Override
  public void run(Lab lab) throws Exception {
    JavaRDD<String> reads =
        lab.context().parallelize(reads(), PARTITIONS).mapPartitions(RealTool::copies).cache();
    List<String> piped =
        List.of(
            "sh", "-c", "docker run -i --rm --network none " + IMAGE + " sh -c '" + ALIGN + "'");
    Summary expected = Summary.of(alone().lines());
    Contest contest =
        lab.contest("tool")
            .add("one-container", () -> expected.check(Summary.of(alone().lines())))
            .add("spark-pipe-docker-run", () -> expected.check(reads.pipe(piped)));
    for (String runtime : lab.runtimes()) {
      lab.provide(runtime, IMAGE);
      contest.add("lofn-" + runtime, () -> expected.check(aligned(lab, runtime, reads, false)));
      if (Lab.canReuse(runtime)) {
        contest.add(
            "lofn-" + runtime + "-warm", () -> expected.check(aligned(lab, runtime, reads, true)));
      }
    }
    contest.run(lab.sizes().rounds);
    for (String runtime : lab.runtimes()) {
      String lofn = "lofn-" + runtime;
      String name = lab.ratioName(runtime);
      contest
          .ratio(name + "/one-container", lofn, "one-container")
          .ratio(name + "/spark-pipe-docker-run", lofn, "spark-pipe-docker-run");
    }
    reads.unpersist();
  }

  private static List<String> reads() throws IOException, InterruptedException {
    List<String> lines =
        Shell.output("docker run --rm " + IMAGE + " gunzip -c " + DATA + "reads_1.fq.gz")
            .lines()
            .toList();
    List<String> reads = new ArrayList<>();
    for (int i = 0; i < lines.size(); i += LINES_OF_READ) {
      reads.add(String.join("\n", lines.subList(i, i + LINES_OF_READ)));
    }
    return reads;
  }

  /**
   * Returns the copies one after the other: minimap2 reads adjacent reads of the same name as a
   * pair.
   */
  private static Iterator<String> copies(Iterator<String> reads) {
    List<String> all = new ArrayList<>();
    reads.forEachRemaining(all::add);
    return Collections.nCopies(COPIES, all).stream().flatMap(List::stream).iterator();
  }

  /** Aligns all reads in one container, as a user without Spark would. */
  private static String alone() throws IOException, InterruptedException {
    return Shell.output(
        "docker run --rm --network none %s sh -c 'for i in $(seq %d); do gunzip -c %s; done | %s'"
            .formatted(IMAGE, COPIES, DATA + "reads_1.fq.gz", ALIGN));
  }

  private static JavaRDD<String> aligned(
      Lab lab, String runtime, JavaRDD<String> reads, boolean reuse) {
    return lab.lofn(runtime).map(reads, Tool.pipe(IMAGE).shell(ALIGN).reuseContainer(reuse));
  }

  /** A summary of alignments that does not depend on their order. */
  private record Summary(long count, long hash) {

    static Summary of(Stream<String> sam) {
      return sam.filter(line -> !line.startsWith("@"))
          .map(line -> new Summary(1, line.hashCode()))
          .reduce(new Summary(0, 0), Summary::plus);
    }

    Summary plus(Summary other) {
      return new Summary(count + other.count, hash + other.hash);
    }

    void check(JavaRDD<String> sam) {
      check(Summary.of(sam.collect().stream()));
    }

    void check(Summary actual) {
      Lab.check("alignments", actual, this);
    }
  }
}
