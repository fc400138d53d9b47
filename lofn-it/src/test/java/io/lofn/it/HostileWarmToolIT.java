package io.lofn.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.Tool;
import io.lofn.api.Volume;
import io.lofn.spark.Lofn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a tool that means harm can do to the runs after it in a container that stays. */
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileWarmToolIT {

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  @TempDir private Path host;

  @BeforeAll
  static void load() {
    EmbeddedNode.load("lofn/align:12");
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    SPARK.awaitNothingLeft();
  }

  /** The executor's, which is root here, and one that is not. */
  private static final List<String> USERS = List.of("", "1000:1000");

  static Stream<Arguments> warmContainers() {
    return Engines.EACH.stream()
        .flatMap(runtime -> USERS.stream().map(user -> Arguments.of(runtime, user)));
  }

  /**
   * Also not by words that it has found in the memory of lofn's shell; it lives on when it has said
   * them, and ends in its own way.
   */
  @ParameterizedTest
  @MethodSource("warmContainers")
  void cannotSayForAWarmContainerThatItHasEnded(Map<String, String> runtime, String user) {
    String liar =
        """
        for process in 1 $PPID; do
          words=$( (cat /proc/$process/cmdline /proc/$process/environ
            grep -E 'heap|stack|rw-p' /proc/$process/maps | while read -r range rest; do
              from=$((0x${range%-*} / 4096)); to=$((0x${range#*-} / 4096))
              dd if=/proc/$process/mem bs=4096 skip=$from count=$((to - from))
            done) 2>/dev/null | tr -c 'a-z0-9:-' '\\n' | grep -o '^lofn:[0-9a-f-]\\{36\\}$' | sort -u)
          for word in one $words; do
            for stream in /proc/$process/fd/*; do
              echo "$word ended 0" > $stream
            done
          done
        done 2>/dev/null
        sleep 1
        exit 7
        """;

    assertThatThrownBy(warm(runtime).map(record(), asUser(user, liar))::collect)
        .hasMessageContaining("exit code 7");
  }

  @ParameterizedTest
  @MethodSource("warmContainers")
  void cannotReachWhatStaysInAWarmContainer(Map<String, String> runtime, String user) {
    String explorer =
        """
        for process in 1 $PPID; do
          [ $process != $$ ] || continue
          for way in mem maps environ auxv exe cwd root fd/0 fd/1 fd/2 fd/10 ns/pid; do
            (: </proc/$process/$way) 2>/dev/null && echo "reads $way of $process"
            (: >>/proc/$process/$way) 2>/dev/null && echo "writes $way of $process"
            readlink /proc/$process/$way
          done
          python3 -c '
        import ctypes, os, sys
        libc, target = ctypes.CDLL(None), int(sys.argv[1])
        class Piece(ctypes.Structure): _fields_ = [("at", ctypes.c_void_p), ("size", ctypes.c_size_t)]
        here, there = Piece(ctypes.addressof(libc), 1), Piece(0x400000, 1)
        if libc.ptrace(0x4206, target, 0, 0) == 0: print("traces", target)
        if libc.process_vm_readv(target, ctypes.byref(here), 1, ctypes.byref(there), 1, 0) > 0: print("reads", target)
        if libc.syscall(438, os.pidfd_open(target), 1, 0) >= 0: print("takes a stream of", target)' $process
        done
        ls /proc/self/fd | wc -l
        """;

    Tool<String, String> tool = asUser(user, explorer);
    assertThat(warm(runtime).map(numbers(2), tool).collect()).containsOnly("4");
  }

  private static final String FILES =
      "for d in /dev/shm /dev/mqueue /run /var/tmp /dev /sys/fs/cgroup /tmp /run/lock;"
          + " do touch $d/x; mkdir -m 0 $d/.y; ln -s / $d/..z; done";

  private static final List<String> IN_FILES =
      List.of(
          "chmod 0 /tmp /dev/shm /shared",
          "chmod 500 /tmp /shared /dev/shm; chmod 2755 /dev/shm",
          FILES,
          "rm /dev/null; echo planted > /dev/null",
          "ln -sf /etc/passwd /dev/stdin; mv /dev/zero /dev/full; chmod 0 /dev/urandom",
          "(nohup sh -c 'trap : TERM INT; while :; do rm -rf /shared/x; ln -s / /shared/x; done' &)");

  private static final List<String> ELSEWHERE =
      List.of(
          python("resource.prlimit(1, resource.RLIMIT_NOFILE, (50, 60))"),
          python("os.setpriority(os.PRIO_PROCESS, 1, 5)"),
          python("os.sched_setaffinity(1, {0})"),
          "echo 500 > /proc/1/oom_score_adj",
          python("libc.shmget(0, 1000, 0o1600)"),
          python("libc.msgget(0, 0o1600)"),
          python("libc.semget(0, 2, 0o1600)"),
          python("libc.mq_open(b\"/left\", 66, 0o666, None)"));

  static Stream<Arguments> traces() {
    List<String> user = USERS.subList(1, 2);
    List<String> all = Stream.concat(IN_FILES.stream(), ELSEWHERE.stream()).toList();
    List<String> files = List.of(FILES);
    return Stream.of(
            each(IN_FILES, docker(), USERS),
            each(ELSEWHERE, docker(), user),
            each(files, Engines.WITH_ENGINES.get(1), USERS),
            each(files, Engines.WITH_ENGINES.get(3), USERS),
            each(all, EmbeddedNode.embedded(), USERS))
        .flatMap(some -> some);
  }

  private static Stream<Arguments> each(
      List<String> traces, Map<String, String> runtime, List<String> users) {
    return traces.stream()
        .flatMap(trace -> users.stream().map(user -> Arguments.of(trace, runtime, user)));
  }

  /** Tells of everything that a trace could be in, and that nothing older than the run lives. */
  private static final String LOOK =
      """
      stat -c '%n %f %t,%T %N' /tmp /shared /dev /dev/* /dev/.[!.]* /dev/shm/* /dev/mqueue/* /run \\
        /run/* /run/.[!.]* /run/lock/* /var/tmp /var/tmp/* /sys/fs/cgroup /sys/fs/cgroup/* /tmp/* \\
        /tmp/.[!.]* 2>&- | sort
      ls -A /shared
      cat /dev/null /proc/self/limits /proc/self/oom_score_adj /proc/sysvipc/*
      cut -d' ' -f18,19,40,41 /proc/self/stat
      grep Cpus_allowed: /proc/self/status
      for each in /proc/[0-9]*; do [ ${each#/proc/} -ge $$ ] || echo $each; done
      """;

  @ParameterizedTest
  @MethodSource("traces")
  void leavesNothingToTheNextRunOfAWarmContainer(
      String trace, Map<String, String> runtime, String user) {
    Tool<String, String> tool = asUser(user, LOOK + "(" + trace + ") >&2\necho end");

    List<String> runs = warm(runtime).map(numbers(3), tool).collect();

    List<String> first = runs.subList(0, runs.indexOf("end") + 1);
    assertThat(first).hasSizeGreaterThan(30).contains("/proc/1");
    assertThat(runs)
        .isEqualTo(Collections.nCopies(3, first).stream().flatMap(List::stream).toList());
  }

  private static String python(String statement) {
    return "python3 -c 'import ctypes, os, resource; libc = ctypes.CDLL(None); %s'"
        .formatted(statement);
  }

  private static Tool<String, String> asUser(String user, String script) {
    Tool<String, String> tool = Tool.pipe("lofn/align:12").shell(script).pipefail(false);
    return user.isEmpty() ? tool : tool.user(user);
  }

  /** What lies below /tmp is deleted between runs, mount points among it. */
  @Test
  void doesNotFindAVolumeBelowItsTmpGoneInItsSecondRun() throws IOException {
    Path data = Files.createDirectories(host.resolve("data"));
    Files.writeString(data.resolve("record"), "there\n");
    Tool<String, String> tool =
        asUser("", "cat > /dev/null; cat /tmp/data/record")
            .volume(Volume.of("file:" + data).at("/tmp/data"));

    assertThat(warm(docker()).map(numbers(3), tool).collect())
        .containsExactly("there", "there", "there");
  }

  private static Lofn warm(Map<String, String> runtime) {
    Map<String, String> settings = new HashMap<>(runtime);
    settings.put("spark.lofn.container.reuse", "true");
    settings.put("spark.lofn.container.reuse.idle", "1s");
    return SPARK.lofn(settings);
  }

  private static JavaRDD<String> numbers(int count) {
    List<String> numbers = IntStream.range(0, count).mapToObj(String::valueOf).toList();
    return SPARK.context().parallelize(numbers, count);
  }

  private static Map<String, String> docker() {
    return Engines.RUNTIMES.get(0);
  }

  private static JavaRDD<String> record() {
    return SPARK.context().parallelize(List.of("record"), 1);
  }
}
