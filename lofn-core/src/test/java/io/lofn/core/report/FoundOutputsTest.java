package io.lofn.core.report;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.core.report.FoundOutputs.Instead;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a report says of what a tool left in place of its output. */
@Timeout(value = 60, unit = SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FoundOutputsTest {

  @TempDir private Path exchange;

  private FoundOutputs found;

  @BeforeEach
  void look() {
    found = new FoundOutputs(exchange, Set.of("mounted"));
  }

  private String instead(String name) {
    return found.insteadOf(name).map(Instead::what).orElse("");
  }

  private String hint(String name) {
    return found.insteadOf(name).map(Instead::hint).orElse("");
  }

  @Test
  void namesADirectoryAndWhatIsInIt() throws Exception {
    Files.createDirectory(exchange.resolve("out.txt"));
    Files.createFile(exchange.resolve("out.txt/part-0"));
    assertThat(instead("out.txt")).isEqualTo(": it is a directory");
    assertThat(hint("out.txt")).contains("OutputFiles.matching(\"out.txt/**\")");
    assertThat(found.names()).isEqualTo("out.txt/part-0");
  }

  @Test
  void namesALinkAndItsTargetWhereverItIsOnTheWay() throws Exception {
    Files.createSymbolicLink(exchange.resolve("out.txt"), Path.of("/data/hits\u001b[2J"));
    Files.createDirectory(exchange.resolve("real"));
    Files.createFile(exchange.resolve("real/x"));
    Files.createSymbolicLink(exchange.resolve("dir"), exchange.resolve("real"));
    assertThat(instead("out.txt"))
        .isEqualTo(
            ": out.txt is a symbolic link to /data/hits\\x1b[2J, and lofn follows no link that a"
                + " tool made");
    assertThat(instead("dir/x")).startsWith(": dir is a symbolic link to " + exchange);
    assertThat(hint("dir/x")).contains("cp -L");
    assertThat(found.names()).contains("out.txt -> /data/hits\\x1b[2J", "real/x");
  }

  @Test
  void namesAPipeWithoutOpeningIt() throws Exception {
    Path pipe = exchange.resolve("out.txt");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    assertThat(instead("out.txt")).isEqualTo(": it is a named pipe, a socket or a device");
    assertThat(found.names()).isEqualTo("out.txt (not a regular file)");
  }

  @ParameterizedTest
  @CsvSource({
    "out.txt, out.txt.gz, ', which has a suffix more (.gz)'",
    "sorted.bam, sorted.bam.bam, ', which has a suffix more (.bam)'",
    "sorted, sorted.bam, ', which has a suffix more (.bam)'",
    "out.txt, out, ', which has a suffix less'",
    "out.txt, OUT.TXT, ', in other letters'",
    "dir/out.txt, dir/out.txt.gz, ', which has a suffix more (.gz)'"
  })
  void namesAFileOfASuffixMoreOrLess(String wanted, String there, String difference)
      throws Exception {
    Files.createDirectories(exchange.resolve(there).getParent());
    Files.createFile(exchange.resolve(there));
    assertThat(instead(wanted)).isEqualTo("; there is " + there + difference);
    assertThat(hint(wanted)).contains("Let the output name " + there);
  }

  @Test
  void saysNothingOfOtherFilesButTheirNames() throws Exception {
    Files.createFile(exchange.resolve("output.txt"));
    Files.createDirectory(exchange.resolve("empty"));
    Files.createFile(exchange.resolve("mounted"));
    assertThat(found.insteadOf("out.txt")).isEmpty();
    assertThat(found.insteadOf("none/out.txt")).isEmpty();
    assertThat(found.names()).isEqualTo("empty/, output.txt");
  }

  @Test
  void tellsThatThereIsNothing() throws Exception {
    assertThat(found.names()).isEqualTo("nothing");
    assertThat(new FoundOutputs(exchange.resolve("gone"), Set.of()).names()).isEqualTo("nothing");
  }

  @Test
  void tellsAFewNamesOfManyAndTheStartOfLongOnes() throws Exception {
    Files.createFile(exchange.resolve("a".repeat(200)));
    for (int i = 0; i < 30; i++) {
      Files.createFile(exchange.resolve("b%02d".formatted(i)));
    }
    assertThat(found.names())
        .isEqualTo(
            "a".repeat(100) + "..., b00, b01, b02, b03, b04, b05, b06, b07, b08 and 21 more");
    for (int i = 0; i < 1000; i++) {
      Files.createFile(exchange.resolve("c%04d".formatted(i)));
    }
    assertThat(found.names()).endsWith(" and at least 990 more");
  }
}
