package org.example.guide;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lofn.api.PartitionWriter;
import io.lofn.api.Tool;
import java.nio.file.Files;

/** Layouts of one's own, as lambdas and as classes. */
final class Layouts {

  private Layouts() {}

  @SuppressWarnings("StreamResourceLeak") // lofn closes it.
  static Tool<String, Integer> lambdas(String image) {
    return Tool.pipe(image)
        .<String>input(
            (records, run) -> Files.write(run.file("ids.txt"), (Iterable<String>) () -> records))
        .output(run -> Files.lines(run.file("lengths.txt")).map(Integer::valueOf))
        .shell("awk '{print length($0)}' /shared/ids.txt > /shared/lengths.txt");
  }

  static Tool<String, String> classes(String image) {
    return Tool.pipe(image)
        .input(new FastaWriter("in.fa"))
        .output(new HitReader())
        .shell("(echo '# hits'; grep -v '>' /shared/in.fa) > /shared/hits.txt");
  }

  static Tool<String, String> standardInput(String image) {
    return Tool.pipe(image)
        .input(
            PartitionWriter.<String>stdin(
                (records, stdin) -> {
                  while (records.hasNext()) {
                    stdin.write((records.next() + ",").getBytes(UTF_8));
                  }
                }))
        .command("tr", ",", "\n");
  }
}
