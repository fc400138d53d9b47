package io.lofn.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Runs the tools of this machine on a file. */
final class Host {

  private static final String COUNT_WORDS =
      "tr -s '[:space:]' '\\n' | grep -av '^$' | sort | uniq -c | sort -k1,1nr -k2 | sed 's/^ *//'";
  private static final String COUNT_GC = "grep -av '^>' | tr -cd gcGC | wc -c";

  private Host() {}

  static void countWords(Path text, Path result) throws IOException, InterruptedException {
    run(COUNT_WORDS, text, result);
  }

  static void countGc(Path fasta, Path result) throws IOException, InterruptedException {
    run(COUNT_GC, fasta, result);
  }

  private static void run(String script, Path input, Path output)
      throws IOException, InterruptedException {
    ProcessBuilder shell = new ProcessBuilder("sh", "-c", script);
    shell.environment().put("LC_ALL", "C");
    Process process =
        shell
            .redirectInput(input.toFile())
            .redirectOutput(output.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).as(script).isTrue();
  }
}
