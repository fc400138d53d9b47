package io.lofn.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.lofn.api.EmptyPartitions;
import io.lofn.api.Tool;
import io.lofn.api.ToolFailedException;
import io.lofn.api.Volume;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaRDD;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of what real programs say, in images that differ in their shell and their libc. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HintsIT {

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  private static final String BUSYBOX = "busybox:1";
  private static final String DEBIAN = "lofn/debian:12";

  @TempDir Path directory;

  private static String hintOf(Tool<String, ?> tool, String... records) {
    JavaRDD<String> input = SPARK.context().parallelize(List.of(records), 1);
    Throwable thrown =
        catchThrowable(
            () -> SPARK.lofn(Map.of("spark.lofn.runtime", "docker")).map(input, tool).collect());
    assertThat(thrown).cause().isInstanceOf(ToolFailedException.class);
    return String.valueOf(thrown.getCause().getMessage())
        .lines()
        .filter(line -> line.startsWith("  hint  "))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "wget -q http://example.org/x~has no network",
        "wget -q http://192.0.2.1/x~has no network",
        "echo a | gunzip~not gzip",
        "head -c 1000 /dev/urandom | gzip | head -c 500 | gunzip > /dev/null~cut short",
        "no-such-program~Is the program no-such-program in the image",
        "kill -TERM $$~lofn did not send",
        "kill -BUS $$~Tool.shm",
        "kill -SYS $$~seccomp",
        "cat input.txt~name it /shared/input.txt",
        "cat /data/ref.fa~/data/ref.fa is not in the container",
        "mkdir /shared/d; chown 7:7 /shared/d~cannot change the owner",
        "i=0; while [ $i -lt 40 ]; do sleep 60 & i=$((i+1)); done~limit of processes",
        "tty || echo $(tty) >&2; exit 3~has no terminal",
        "cp /bin/cat /dev/shm/x; /dev/shm/x /shared/input.txt~noexec",
        "exit 1~may have hit its limit of 30 processes",
        "exit 3~The tool itself reports this failure",
      })
  void busyboxIsUnderstood(String script, String hint) {
    assertThat(hintOf(Tool.lines(BUSYBOX).shell(script).pids(30), "a")).contains(hint);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "getent hosts example.org || bash -c 'echo > /dev/tcp/example.org/80'~has no network",
        "echo a | gzip -d~not gzip",
        "head -c 1000 /dev/urandom | gzip | head -c 500 | gzip -d > /dev/null~cut short",
        "no-such-program~Is the program no-such-program in the image",
        "bash -c 'no-such-program'~Is the program no-such-program in the image",
        "cat input.txt~name it /shared/input.txt",
        "mkdir /shared/d; chown 7:7 /shared/d~cannot change the owner",
        "for i in $(seq 40); do sleep 60 & done~limit of processes",
        "cp /bin/cat /dev/shm/x; /dev/shm/x /shared/input.txt~noexec",
        "cat <(cat /shared/input.txt)~syntax of bash",
        "/bin/echo $(seq 100000 400000)~hand long lists over in a file",
      })
  void debianIsUnderstood(String script, String hint) {
    assertThat(hintOf(Tool.lines(DEBIAN).shell(script).pids(30), "a")).contains(hint);
  }

  @Test
  void aReadOnlyVolumeIsUnderstood() {
    Tool<String, String> tool =
        Tool.lines(BUSYBOX).volume(Volume.of(directory.toUri().toString()).at("/ref").readOnly());

    assertThat(hintOf(tool.shell("touch /ref/x.fai"), "a"))
        .contains("The volume at /ref is read-only");
    assertThat(hintOf(tool.shell("echo a > /ref/x.fai"), "a"))
        .contains("The volume at /ref is read-only");
  }

  @Test
  void aWarmContainersImageIsUnderstood() {
    Tool<String, String> tool = Tool.lines(BUSYBOX).reuseContainer(true);

    assertThat(hintOf(tool.shell("touch /etc/x"), "a")).contains("image of a warm container");
  }

  @Test
  void aPartitionWithoutRecordsIsUnderstood() {
    Tool<String, String> tool =
        Tool.pipe(BUSYBOX).shell("grep .").emptyPartitions(EmptyPartitions.RUN);

    assertThat(hintOf(tool)).contains("no records", "spark.lofn.emptyPartitions=skip");
    assertThat(hintOf(Tool.lines(BUSYBOX).shell("grep . /shared/input.txt")))
        .contains("no records");
  }

  @Test
  void wordsForAShellAreFoundAmongArguments() {
    assertThat(hintOf(Tool.lines(BUSYBOX).command("ls", "/shared", ">", "/shared/output.txt"), "a"))
        .contains("The command has > as an argument");
  }
}
