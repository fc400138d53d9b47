package io.lofn.runtime.embedded.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.api.ResourceLimits;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.RuntimeFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** On directories that look like those of the kernel. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CgroupsTest {

  private static final ResourceLimits LIMITS =
      ResourceLimits.none().memory(64 << 20).cpus(0.5).pids(12);

  @TempDir private Path top;

  private static Path group(Path path, String... files) throws IOException {
    Files.createDirectories(path);
    Files.writeString(path.resolve("cgroup.procs"), "");
    for (int i = 0; i < files.length; i += 2) {
      Files.writeString(path.resolve(files[i]), files[i + 1]);
    }
    return path;
  }

  private Cgroups unified(String own, Optional<String> parent) {
    return Cgroups.find(
        List.of("0::" + own),
        List.of("30 23 0:26 / %s rw,nosuid shared:4 - cgroup2 cgroup2 rw".formatted(top)),
        parent);
  }

  private Cgroups versionOne(Optional<String> parent, String... controllers) {
    List<String> groups = new ArrayList<>();
    List<String> mounts = new ArrayList<>();
    for (String each : controllers) {
      groups.add("4:%s:/yarn/c1".formatted(each));
      mounts.add("35 31 0:32 / %1$s/%2$s rw,relatime - cgroup cgroup rw,%2$s".formatted(top, each));
    }
    groups.add("0::/");
    return Cgroups.find(groups, mounts, parent);
  }

  private static Path only(ContainerCgroup made) {
    assertThat(made.directories()).hasSize(1);
    return made.directories().get(0);
  }

  @Test
  void makesGroupsOfVersion2BelowTheOwnOne() throws Exception {
    Path own =
        group(
            top.resolve("service"),
            "cgroup.controllers",
            "cpu io memory pids\n",
            "cgroup.subtree_control",
            "cpu memory pids\n");
    Cgroups cgroups = unified("/service", Optional.empty());
    assertThat(cgroups.unsupported()).isEmpty();

    Path made = only(cgroups.make(LIMITS));

    assertThat(made).hasParent(own);
    assertThat(made.getFileName().toString()).startsWith("lofn-" + Owner.self().name());
    assertThat(made.resolve("memory.max")).hasContent("67108864");
    assertThat(made.resolve("pids.max")).hasContent("12");
  }

  @Test
  void findsTheOwnGroupWhereOnlyAPartOfTheHierarchyIsMounted() throws Exception {
    group(top.resolve("a"), "cgroup.controllers", "memory\n", "cgroup.subtree_control", "memory\n");
    Cgroups cgroups =
        Cgroups.find(
            List.of("0::/kubepods/pod1/a"),
            List.of("30 23 0:26 /kubepods/pod1 %s rw - cgroup2 cgroup2 rw".formatted(top)),
            Optional.empty());
    assertThat(only(cgroups.make(LIMITS))).hasParent(top.resolve("a"));
    assertThat(cgroups.unsupported()).containsOnly(RuntimeFeature.CPUS, RuntimeFeature.PIDS);
  }

  @Test
  void hasNoneWhereTheOwnGroupIsNotVisible() {
    Cgroups cgroups =
        Cgroups.find(
            List.of("0::/elsewhere"),
            List.of("30 23 0:26 /kubepods %s rw - cgroup2 cgroup2 rw".formatted(top)),
            Optional.empty());
    assertThat(cgroups.make(LIMITS).directories()).isEmpty();
    assertThat(cgroups.unsupported())
        .containsOnly(
            RuntimeFeature.MEMORY,
            RuntimeFeature.OUT_OF_MEMORY_DETECTION,
            RuntimeFeature.CPUS,
            RuntimeFeature.PIDS);
  }

  @Test
  void hasNoneOfAControllerThatIsNotSwitchedOn() throws Exception {
    group(
        top.resolve("service"),
        "cgroup.controllers",
        "memory pids\n",
        "cgroup.subtree_control",
        "pids\n");
    // The kernel refuses it where the group has processes; a plain file is not changed by a rename.
    Files.delete(top.resolve("service/cgroup.subtree_control"));
    assertThat(unified("/service", Optional.empty()).unsupported())
        .contains(RuntimeFeature.MEMORY, RuntimeFeature.PIDS);
  }

  private Path domain(String path, String type, String processes) throws IOException {
    Path made =
        group(
            top.resolve(path),
            "cgroup.type",
            type + "\n",
            "cgroup.controllers",
            "cpu memory pids\n",
            "cgroup.subtree_control",
            "cpu pids\n");
    Files.writeString(made.resolve("cgroup.procs"), processes);
    return made;
  }

  @ParameterizedTest
  @CsvSource({"domain, 17", "domain threaded, 17", "domain threaded,", "threaded,"})
  void leavesAGroupThatHasProcessesOrIsThreadedAsItIs(String type, String processes)
      throws Exception {
    Path own = domain("service", type, processes == null ? "" : processes + "\n");

    assertThat(unified("/service", Optional.empty()).unsupported())
        .contains(RuntimeFeature.CPUS, RuntimeFeature.PIDS);

    assertThat(own.resolve("cgroup.subtree_control")).hasContent("cpu pids");
  }

  @Test
  void refusesAParentThatHasProcesses() throws Exception {
    Path named = domain("jobs", "domain", "17\n");
    assertThatThrownBy(() -> unified("/service", Optional.of("/jobs")))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("spark.lofn.embedded.cgroup.parent is /jobs");
    assertThat(named.resolve("cgroup.subtree_control")).hasContent("cpu pids");
  }

  @Test
  void takesADelegatedParentWhereTheOwnGroupHasProcesses() throws Exception {
    Path own = domain("service/main", "domain", "17\n");
    Path delegated = domain("service", "domain", "");
    Files.writeString(delegated.resolve("cgroup.subtree_control"), "cpu memory pids\n");
    if (Files.getAttribute(delegated, "unix:uid").equals(0)) {
      Files.setAttribute(delegated, "unix:uid", 1000);
    }

    assertThat(only(unified("/service/main", Optional.empty()).make(LIMITS))).hasParent(delegated);

    assertThat(own.resolve("cgroup.subtree_control")).hasContent("cpu pids");
  }

  @Test
  void switchesOffAgainWhatItSwitchedOnInAGroupThatItDoesNotUse() throws Exception {
    // A plain file holds what was written last, so no controller seems to be on.
    Path own =
        group(
            top.resolve("service"),
            "cgroup.type",
            "domain\n",
            "cgroup.controllers",
            "memory\n",
            "cgroup.subtree_control",
            "\n");
    assertThat(unified("/service", Optional.empty()).unsupported()).contains(RuntimeFeature.MEMORY);
    assertThat(own.resolve("cgroup.subtree_control")).hasContent("-memory");
  }

  @Test
  void makesGroupsOfVersion1InEachHierarchy() throws Exception {
    for (String each : List.of("memory", "pids", "cpu,cpuacct")) {
      group(top.resolve(each).resolve("yarn/c1"));
    }
    Cgroups cgroups = versionOne(Optional.empty(), "memory", "pids", "cpu,cpuacct");
    assertThat(cgroups.unsupported()).isEmpty();

    List<Path> made = cgroups.make(LIMITS).directories();

    assertThat(made)
        .extracting(Path::getParent)
        .containsExactlyInAnyOrder(
            top.resolve("memory/yarn/c1"),
            top.resolve("pids/yarn/c1"),
            top.resolve("cpu,cpuacct/yarn/c1"));
    assertThat(made.get(0).resolve("memory.limit_in_bytes")).hasContent("67108864");
    assertThat(made.get(1).resolve("pids.max")).hasContent("12");
  }

  @Test
  void makesOnlyGroupsThatAreOfUse() throws Exception {
    for (String each : List.of("memory", "pids", "cpu")) {
      group(top.resolve(each).resolve("yarn/c1"));
    }
    assertThat(
            only(versionOne(Optional.empty(), "memory", "pids", "cpu").make(ResourceLimits.none())))
        .hasParent(top.resolve("memory/yarn/c1"));
  }

  @Test
  void makesGroupsBelowTheOneThatIsNamed() throws Exception {
    group(top.resolve("memory/lofn/jobs"));
    group(top.resolve("memory/yarn/c1"));
    Cgroups cgroups = versionOne(Optional.of("/lofn/jobs"), "memory");
    assertThat(only(cgroups.make(LIMITS))).hasParent(top.resolve("memory/lofn/jobs"));
  }

  @Test
  void leavesNoHierarchyByTheNameOfAParent() throws Exception {
    group(top.resolve("memory/lofn"));
    group(top.resolve("lofn"));
    Cgroups cgroups = versionOne(Optional.of("../../lofn"), "memory");
    assertThat(only(cgroups.make(LIMITS))).hasParent(top.resolve("memory/lofn"));
  }

  @Test
  void refusesAParentThatIsNotThere() throws Exception {
    group(top.resolve("memory/yarn/c1"));
    assertThatThrownBy(() -> versionOne(Optional.of("/missing"), "memory"))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("spark.lofn.embedded.cgroup.parent is /missing");
  }

  @Test
  void tellsWhatTheKernelCountedInVersion2() throws Exception {
    group(
        top.resolve("service"),
        "cgroup.controllers",
        "cpu memory\n",
        "cgroup.subtree_control",
        "cpu memory\n");
    ContainerCgroup made = unified("/service", Optional.empty()).make(LIMITS);
    group(
        only(made),
        "memory.events",
        "low 0\nhigh 0\nmax 9\noom 1\noom_kill 1\noom_group_kill 0\n",
        "memory.peak",
        "12345\n",
        "cpu.stat",
        "usage_usec 1500\nuser_usec 1000\n");
    assertThat(made.exit(137))
        .isEqualTo(
            new ContainerExit(137, true).peakMemory(12345).cpuTime(Duration.ofNanos(1_500_000)));
  }

  @Test
  void tellsWhatTheKernelCountedInVersion1() throws Exception {
    group(top.resolve("memory/yarn/c1"));
    group(top.resolve("cpuacct/yarn/c1"));
    ContainerCgroup made = versionOne(Optional.empty(), "memory", "cpuacct").make(LIMITS);
    group(
        made.directories().get(0),
        "memory.oom_control",
        "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n",
        "memory.max_usage_in_bytes",
        "4096\n");
    group(made.directories().get(1), "cpuacct.usage", "77\n");
    assertThat(made.exit(3))
        .isEqualTo(new ContainerExit(3, false).peakMemory(4096).cpuTime(Duration.ofNanos(77)));
  }

  @Test
  void tellsNothingThatTheKernelDoesNotCount() throws Exception {
    group(
        top.resolve("service"),
        "cgroup.controllers",
        "memory\n",
        "cgroup.subtree_control",
        "memory\n");
    ContainerCgroup made = unified("/service", Optional.empty()).make(LIMITS);
    assertThat(made.exit(0)).isEqualTo(new ContainerExit(0, false));
  }

  @Test
  void removesWhatItMadeAsOftenAsAsked() throws Exception {
    group(top.resolve("pids/yarn/c1"));
    ContainerCgroup made = versionOne(Optional.empty(), "pids").make(LIMITS);
    Path directory = only(made);
    Files.delete(directory.resolve("pids.max")); // which the kernel removes with the directory
    made.remove();
    made.remove();
    assertThat(directory).doesNotExist();
    assertThat(made.directories()).isEmpty();
  }

  @Test
  void waitsForTheLastProcessesAlsoOfATaskThatIsInterrupted() throws Exception {
    group(top.resolve("pids/yarn/c1"));
    ContainerCgroup made = versionOne(Optional.empty(), "pids").make(LIMITS);
    Path directory = only(made); // which has a file, as if it were in use
    long begin = System.nanoTime();
    Thread.currentThread().interrupt();
    try {
      made.remove();
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(150));
    Files.delete(directory.resolve("pids.max"));
    made.remove();
    assertThat(directory).doesNotExist();
  }

  @Test
  void sweepsTheEmptyGroupsOfDeadOwnersOnly() throws Exception {
    Path own = group(top.resolve("pids/yarn/c1"));
    Owner self = Owner.self();
    Owner dead = new Owner(self.place(), self.pid(), self.start() + 1);
    Owner elsewhere = new Owner(self.place() + "1", self.pid(), self.start() + 1);
    Path ofDead = Files.createDirectory(own.resolve("lofn-" + dead.name() + "-1"));
    Path inUse = group(own.resolve("lofn-" + dead.name() + "-2"));
    Path ofSelf = Files.createDirectory(own.resolve("lofn-" + self.name() + "-1"));
    Path unknown = Files.createDirectory(own.resolve("lofn-" + elsewhere.name() + "-1"));
    Path another = Files.createDirectory(own.resolve("lofn-tests"));

    versionOne(Optional.empty(), "pids").removeLeftovers();

    assertThat(ofDead).doesNotExist();
    assertThat(List.of(inUse, ofSelf, unknown, another))
        .allSatisfy(each -> assertThat(each).exists());
  }
}
