package io.lofn.hdfs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class MarkTest {

  @TempDir private Path directory;

  /** What another process of the node sees. */
  static final class Other {

    private Other() {}

    @SuppressWarnings("SystemOut") // The test reads it.
    public static void main(String[] arguments) throws IOException {
      Path mark = Path.of(arguments[0]);
      System.out.print(Mark.holds(mark) + " " + Mark.read(mark));
    }
  }

  private static String seenByAnother(Path mark) throws Exception {
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Other.class.getName(),
                mark.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String said = new String(other.getInputStream().readAllBytes(), UTF_8);
    assertThat(other.waitFor()).isZero();
    return said;
  }

  private Path only() throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.findFirst().orElseThrow();
    }
  }

  @Test
  void nothingThatItsProcessDoesWithAMarkEndsItsLock() throws Exception {
    try (Mark mark = Mark.set(directory, "copy", 10)) {
      Path file = only();
      assertThat(Mark.read(file)).isEqualTo(10);
      assertThat(Mark.holds(file)).isTrue();
      assertThat(seenByAnother(file)).isEqualTo("true 10");

      String before = Mark.progress(file);
      mark.write(200);
      mark.touch();
      assertThat(Mark.read(file)).isEqualTo(200);
      assertThat(Mark.progress(file)).isNotEqualTo(before);
      assertThat(seenByAnother(file)).isEqualTo("true 200");
    }
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void anEndedMarkHoldsNothing() throws Exception {
    Mark mark = Mark.set(directory, "use", 0);
    Path file = only();
    mark.close();
    mark.close();
    assertThat(Mark.holds(file)).isFalse();
    assertThat(Mark.read(file)).isZero();
  }
}
