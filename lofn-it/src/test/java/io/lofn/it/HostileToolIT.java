package io.lofn.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.BinaryFile;
import io.lofn.api.LofnException;
import io.lofn.api.OutputReader;
import io.lofn.api.Tool;
import io.lofn.api.Volume;
import io.lofn.spark.BinaryOutputs;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a tool that means harm can do, with all settings as they are by default. */
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileToolIT {

  private static final String IMAGE = "busybox:1";
  private static final String SECRET = "secret of the host";

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  @TempDir private Path host;

  static List<Map<String, String>> runtimes() {
    return Engines.RUNTIMES;
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    SPARK.awaitNothingLeft();
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void hasNoNetworkNoCapabilityAndNoRightsOfAnotherUser(Map<String, String> runtime)
      throws IOException {
    Tool<String, String> looksAround =
        Tool.pipe(IMAGE)
            .shell(
                "cat > /dev/null; ls /sys/class/net; id -u; id -g;"
                    + " sed -n 's/^\\(Cap...\\|NoNewPrivs\\):[^0-9a-f]*/\\1 /p' /proc/self/status");

    assertThat(SPARK.lofn(runtime).map(record(), looksAround).collect())
        .containsExactly(
            "lo",
            Files.getAttribute(host, "unix:uid").toString(),
            Files.getAttribute(host, "unix:gid").toString(),
            "CapInh 0000000000000000",
            "CapPrm 0000000000000000",
            "CapEff 0000000000000000",
            "CapBnd 0000000000000000",
            "CapAmb 0000000000000000",
            "NoNewPrivs 1");
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void cannotTakeAllProcessesOfTheNode(Map<String, String> runtime) {
    Map<String, String> settings = new HashMap<>(runtime);
    settings.put("spark.lofn.container.pids", "32");
    Tool<String, String> bomb =
        Tool.pipe(IMAGE).shell("for i in $(seq 100); do sleep 600 & done; echo all of them");

    assertThatThrownBy(SPARK.lofn(settings).map(record(), bomb)::collect)
        .hasMessageContaining("fork");
  }

  static List<Map<String, String>> engines() {
    return Engines.ENGINES;
  }

  @ParameterizedTest
  @MethodSource("engines")
  void cannotDrownTheExecutorInWhatItSays(Map<String, String> runtime) {
    Tool<String, String> tool =
        Tool.pipe(IMAGE).shell("head -c 1073741824 /dev/zero >&2; echo the end >&2; exit 3");

    assertThatThrownBy(SPARK.lofn(runtime).map(record(), tool)::collect)
        .hasMessageContaining("exit code")
        .hasMessageContaining("the end");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ln -s '%s' /shared/output.txt",
        "ln -s ../../../../../../../../../../../..'%s' /shared/output.txt",
        "ln -s '%s' /shared/link && ln -s link /shared/output.txt",
        "mkfifo /shared/output.txt",
        "mkdir /shared/output.txt"
      })
  void cannotPassOffAFileOfTheHostAsItsOutput(String trick) throws IOException {
    Path secret = Files.writeString(host.resolve("secret"), SECRET);
    Tool<String, String> tool = Tool.lines(IMAGE).shell(trick.formatted(secret));

    assertThatThrownBy(SPARK.lofn(docker()).map(record(), tool)::collect)
        .cause()
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("output.txt")
        .hasMessageNotContaining(SECRET);
  }

  @Test
  void cannotPassOffADirectoryOfTheHostAsItsOwn() throws IOException {
    Files.writeString(host.resolve("secret"), SECRET);

    assertThatThrownBy(() -> names(directory("ln -s '%s' /shared/out".formatted(host))))
        .hasMessageContaining("out");
  }

  @Test
  void cannotPassOffFilesOfTheHostInItsDirectory() throws IOException {
    Files.writeString(host.resolve("secret"), SECRET);
    String tricks =
        "cd /shared; mkdir out; ln -s '%1$s' out/a; ln -s '%1$s/secret' out/b; mkfifo out/c";

    assertThat(names(directory(tricks.formatted(host) + "; echo > out/own")))
        .containsExactly("part-00000/own");
  }

  private static Tool<String, BinaryFile> directory(String script) {
    return Tool.lines(IMAGE).shell(script).output(BinaryFile.fromDirectory("out"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../escaped", "/escaped", "a/../../escaped", "a\0b"})
  void cannotBeReadOutsideOfItsExchange(String name) {
    assertThatThrownBy(
            () ->
                SPARK
                    .lofn(docker())
                    .map(record(), Tool.lines(IMAGE).command("true").output(reader(name)))
                    .collect())
        .cause()
        .isInstanceOf(LofnException.class);
  }

  private static OutputReader<String> reader(String name) {
    return output -> {
      try {
        return Files.readAllLines(output.file(name)).stream();
      } catch (IOException e) {
        throw new AssertionError("It was looked for", e);
      }
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"--privileged", "-v/:/host", "busybox:1 --privileged", "", "busy\nbox"})
  void cannotBeAnImageThatIsAnOption(String image) {
    for (Map<String, String> runtime : runtimes()) {
      assertThatThrownBy(
              () -> SPARK.lofn(runtime).map(record(), Tool.pipe(image).command("true")).collect())
          .isInstanceOf(Exception.class)
          .hasMessageContaining("image");
    }
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void cannotKeepItsFilesFromBeingDeleted(Map<String, String> runtime) throws IOException {
    Files.writeString(host.resolve("secret"), SECRET);
    Tool<String, String> tool =
        Tool.lines(IMAGE)
            .shell(
                "cd /shared; mkdir -p a/b; echo x > a/b/c; ln -s '%s' a/root; mkfifo a/fifo; echo y > output.txt; chmod 0 a/b/c a/b a"
                    .formatted(host));

    assertThat(SPARK.lofn(runtime).map(record(), tool).collect()).containsExactly("y");
    assertThat(host.resolve("secret")).hasContent(SECRET);
  }

  /** The executor's, which is root here, and one that is not. */
  private static final List<String> USERS = List.of("", "1000:1000");

  static Stream<Arguments> warmContainers() {
    return Stream.of(docker(), Engines.RUNTIMES.get(1))
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

  static Stream<Arguments> traces() {
    Stream<Arguments> onDocker =
        Stream.of(
                "chmod 0 /tmp /dev/shm /shared",
                "chmod 500 /tmp /shared /dev/shm; chmod 2755 /dev/shm",
                FILES,
                "rm /dev/null; echo planted > /dev/null",
                "ln -sf /etc/passwd /dev/stdin; mv /dev/zero /dev/full; chmod 0 /dev/urandom",
                python("resource.prlimit(1, resource.RLIMIT_NOFILE, (50, 60))"),
                python("os.setpriority(os.PRIO_PROCESS, 1, 5)"),
                python("os.sched_setaffinity(1, {0})"),
                "echo 500 > /proc/1/oom_score_adj",
                python("libc.shmget(0, 1000, 0o1600)"),
                python("libc.msgget(0, 0o1600)"),
                python("libc.semget(0, 2, 0o1600)"),
                python("libc.mq_open(b\"/left\", 66, 0o666, None)"),
                "(nohup sh -c 'trap : TERM INT; while :; do rm -rf /shared/x; ln -s / /shared/x; done' &)")
            .flatMap(trace -> USERS.stream().map(user -> Arguments.of(trace, docker(), user)));
    Stream<Arguments> onPodman =
        Engines.RUNTIMES.stream()
            .filter(runtime -> runtime.containsValue("podman"))
            .flatMap(runtime -> USERS.stream().map(user -> Arguments.of(FILES, runtime, user)));
    return Stream.concat(onDocker, onPodman);
  }

  private static final String FILES =
      "for d in /dev/shm /dev/mqueue /run /var/tmp /dev /sys/fs/cgroup /tmp /run/lock;"
          + " do touch $d/x; mkdir -m 0 $d/.y; ln -s / $d/..z; done";

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

  /** An engine that closes it lets the tool run; with others lofn refuses, until it is closed. */
  @ParameterizedTest
  @MethodSource("runtimes")
  void cannotWriteWhatIsMountedBelowItsReadOnlyVolume(Map<String, String> runtime)
      throws IOException {
    Path mounted = Files.createDirectories(host.resolve("data/deep/mounted"));
    Tool<String, String> tool =
        Tool.pipe(IMAGE)
            .shell("cat > /dev/null; cd /data/deep/mounted; echo lost > kept || :; cat kept")
            .volume(Volume.of("file:" + host.resolve("data")).at("/data"));
    Engines.run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", mounted.toString());
    try {
      Path kept = Files.writeString(mounted.resolve("kept"), "kept\n");
      try {
        assertThat(SPARK.lofn(runtime).map(record(), tool).collect()).containsExactly("kept");
      } catch (Exception e) {
        assertThat(e).hasMessageContaining(mounted + " (tmpfs)").hasMessageContaining("read-only");
      }
      assertThat(kept).hasContent("kept\n");
      Engines.run("mount", "-o", "remount,bind,ro", mounted.toString());

      assertThat(SPARK.lofn(runtime).map(record(), tool).collect()).containsExactly("kept");
    } finally {
      Engines.run("umount", mounted.toString());
    }
  }

  private List<String> names(Tool<String, BinaryFile> tool) {
    Map<String, String> settings = new HashMap<>(docker());
    settings.put("spark.lofn.output.dir", "file:" + host.resolve("outputs"));
    try (BinaryOutputs outputs = SPARK.lofn(settings).mapBinary(record(), tool)) {
      return outputs.list().stream().map(BinaryFile::name).toList();
    }
  }

  private static Map<String, String> docker() {
    return Engines.RUNTIMES.get(0);
  }

  private static JavaRDD<String> record() {
    return SPARK.context().parallelize(List.of("record"), 1);
  }
}
