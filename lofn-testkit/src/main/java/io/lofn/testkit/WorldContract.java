package io.lofn.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.lofn.api.ContainerSettings;
import io.lofn.api.EngineException;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.Mount;
import io.lofn.spi.RuntimeFeature;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The environment of a tool: the same for every runtime, except for declared differences. A runtime
 * that does not isolate files is a fake, and shows the files of the node.
 */
interface WorldContract extends Topic {

  /** The variables that an engine sets; the shell that prints them adds others. */
  Set<String> VARIABLES = Set.of("PATH", "HOME", "HOSTNAME");

  private boolean isFake() {
    return lab().isUnsupported(RuntimeFeature.FILE_ISOLATION);
  }

  private void differs(Difference difference, boolean found, Object what) {
    assertThat(found)
        .as("%s: %s", difference, what)
        .isEqualTo(lab().differences().contains(difference));
  }

  private String said(ContainerSpec.Builder spec) throws Exception {
    Outcome outcome = lab().run(spec);
    assertThat(outcome.code()).as(outcome.stderr()).isZero();
    return outcome.stdout();
  }

  @Test
  default void findsLocalhostInTheHostsFile(@TempDir Path directory) throws Exception {
    ContainerSpec.Builder spec = lab().shell("cat /etc/hosts | tr '\\t' ' '");
    if (lab().isUnsupported(RuntimeFeature.LOCALHOST) && !isFake()) {
      assertThat(said(lab().shell("cat /etc/hosts"))).doesNotContain("localhost");
      Path hosts = Files.writeString(directory.resolve("hosts"), "127.0.0.1\tlocalhost\n");
      spec.mount(new Mount(hosts, "/etc/hosts", true))
          .settings(lab().settings().readOnlyRoot(true).build());
    }
    Outcome found = lab().run(spec);
    boolean resolves =
        Pattern.compile("^127\\.0\\.0\\.1 +(.* )?localhost( .*)?$", Pattern.MULTILINE)
            .matcher(found.stdout())
            .find();
    differs(Difference.HOSTS_OF_THE_IMAGE, !resolves, found);
  }

  @Test
  default void findsNoServersOfNamesWithoutANetwork() throws Exception {
    String servers = lab().run(lab().shell("cat /etc/resolv.conf")).stdout();
    if (!isFake()) {
      differs(Difference.RESOLVER_NAMED, servers.contains("nameserver"), servers);
    }
  }

  @Test
  default void findsAHostnameOfItsOwn() throws Exception {
    String own = Files.readString(Path.of("/proc/sys/kernel/hostname"));
    String found = said(lab().command("hostname"));
    // Not with a shell, which may set it.
    String variables = said(lab().command("env"));
    if (!isFake()) {
      differs(Difference.HOSTNAME_OF_THE_NODE, found.equals(own), found);
      differs(
          Difference.HOSTNAME_OF_THE_NODE,
          variables.lines().noneMatch(line -> line.startsWith("HOSTNAME=")),
          variables);
    }
  }

  @Test
  default void findsTheVariablesOfTheImageAndOfTheToolAndFewMore() throws Exception {
    ContainerSettings settings = lab().settings().environment("LOFN_TOOL", "1").build();
    Map<String, String> found = new LinkedHashMap<>();
    for (String line : said(lab().command("env").settings(settings)).lines().toList()) {
      found.put(line.replaceFirst("=.*", ""), line.replaceFirst("[^=]*=", ""));
    }
    assertThat(found).contains(entry("LOFN_TOOL", "1")).containsKeys("PATH", "HOME");
    Set<String> more = new TreeSet<>(found.keySet());
    more.removeAll(VARIABLES);
    more.remove("LOFN_TOOL");
    more.removeAll(lab().image().config().environment().keySet());
    if (!isFake()) {
      differs(Difference.MORE_VARIABLES, !more.isEmpty(), more);
    }
  }

  @Test
  default void findsVariablesThatEnginesSetWhereTheToolSetsThem() throws Exception {
    ContainerSettings settings =
        lab().settings().environment("TERM", "dumb").environment("container", "lofn").build();
    assertThat(said(lab().command("env").settings(settings)).lines())
        .contains("TERM=dumb", "container=lofn");
  }

  @Test
  default void findsTheHomeTheLocaleAndTheTimeZoneThatItIsGiven(@TempDir Path temporary)
      throws Exception {
    Owner own = Owner.of(Files.createFile(temporary.resolve("mine")));
    ContainerSettings settings =
        lab()
            .settings()
            .user(own.toString())
            .environment("HOME", "/tmp")
            .environment("LC_ALL", "C.UTF-8")
            .environment("TZ", "UTC")
            .environment("LOFN_PARTITION", "7")
            .build();
    String found =
        said(
            lab()
                .shell(
                    "env | grep -E '^(LC_ALL|TZ|LOFN_PARTITION)=' | sort;"
                        + " printf 'b\\nB\\na\\nA\\n' | sort | tr -d '\\n'; echo; date +%Z;"
                        + " mkdir ~/.cache")
                .mount(new Mount(temporary, "/tmp", false))
                .settings(settings));
    assertThat(found).isEqualTo("LC_ALL=C.UTF-8\nLOFN_PARTITION=7\nTZ=UTC\nABab\nUTC\n");
    assertThat(temporary.resolve(".cache")).isEmptyDirectory();
  }

  @Test
  default void findsDirectoriesInMemoryThatHoldPrograms() throws Exception {
    Outcome found =
        lab()
            .run(
                lab()
                    .shell(
                        "grep ' /scratch ' /proc/self/mounts; stat -c %a /scratch; "
                            + "printf '#!/bin/sh\necho runs\n' > /scratch/run;"
                            + " chmod 755 /scratch/run; /scratch/run")
                    .settings(lab().settings().tmpfs("/scratch", 1 << 20).build()));
    assertThat(found.stdout()).as(found.stderr()).endsWith("runs\n");
    if (!isFake()) {
      boolean inMemory = found.stdout().startsWith("tmpfs /scratch tmpfs rw,nosuid,nodev");
      differs(Difference.TMPFS_ON_DISK, !inMemory, found);
      assertThat(found.stdout().contains("\n1777\n")).as(found.stdout()).isEqualTo(inMemory);
    }
  }

  @Test
  default void findsMountsWithTheUsualOptions(@TempDir Path shared, @TempDir Path data)
      throws Exception {
    String mounts =
        said(
            lab()
                .command("cat", "/proc/self/mounts")
                .mount(new Mount(shared, "/shared", false))
                .mount(new Mount(data, "/data", true)));
    if (!isFake()) {
      assertThat(options(mounts, "/shared")).contains("rw").doesNotContain("noexec");
      assertThat(options(mounts, "/data"))
          .contains(lab().isUnsupported(RuntimeFeature.READ_ONLY_MOUNTS) ? "rw" : "ro")
          .doesNotContain("noexec");
      differs(
          Difference.PROC_OF_THE_NODE,
          !options(mounts, "/proc").containsAll(List.of("nosuid", "nodev", "noexec")),
          mounts);
      differs(
          Difference.SHARED_MEMORY_UNLIMITED,
          options(mounts, "/dev/shm").stream().noneMatch(each -> each.matches("size=6\\d{4}k")),
          mounts);
    }
  }

  /** Returns the options of the last mount at a path, which is the visible one. */
  private static List<String> options(String mounts, String place) {
    return mounts
        .lines()
        .map(line -> line.split(" ", -1))
        .filter(fields -> fields[1].equals(place))
        .map(fields -> List.of(fields[3].split(",", -1)))
        .reduce(List.of(), (first, last) -> last);
  }

  @Test
  default void findsAWorkingDirectoryThatIsThereOrDoesNotStart() throws Exception {
    ContainerSettings settings = lab().settings().workingDirectory("/lofn-testkit/missing").build();
    String found;
    try {
      found = said(lab().shell("pwd; stat -c %u .").settings(settings));
    } catch (EngineException e) {
      assertThat(e).hasMessageContaining("/lofn-testkit/missing");
      assertThat(lab().containers()).isEmpty();
      differs(Difference.WORKING_DIRECTORY_MADE, false, e);
      return;
    }
    assertThat(found).isEqualTo("/lofn-testkit/missing\n0\n");
    differs(Difference.WORKING_DIRECTORY_MADE, true, found);
  }

  @Test
  default void findsTheExchangeToWriteAsItsWorkingDirectory(@TempDir Path shared) throws Exception {
    Owner own = Owner.of(Files.createDirectory(shared.resolve("sub")));
    ContainerSettings settings =
        lab().settings().workingDirectory("/shared/sub").user(own.toString()).build();
    String found =
        said(
            lab()
                .shell("stat -c %u:%g .; umask; echo > file && echo written")
                .mount(new Mount(shared, "/shared", false))
                .settings(settings));
    assertThat(found).isEqualTo(own + "\n0022\nwritten\n");
  }

  @Test
  default void findsLimitsThatLetProgramsWork() throws Exception {
    String limits = said(lab().command("cat", "/proc/self/limits"));
    assertThat(limit(limits, "Max open files")).isGreaterThanOrEqualTo(1024);
    assertThat(limit(limits, "Max processes")).isGreaterThanOrEqualTo(4096);
    assertThat(limit(limits, "Max stack size")).isGreaterThanOrEqualTo(8 << 20);
    assertThat(limit(limits, "Max file size")).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  default void findsThatAProgramWhichCrashesLeavesNoCoreDump(@TempDir Path shared)
      throws Exception {
    ContainerSettings settings = lab().settings().workingDirectory("/shared").build();
    Outcome crashed =
        lab()
            .run(
                lab()
                    .shell("cat /proc/self/limits; kill -SEGV $$")
                    .mount(new Mount(shared, "/shared", false))
                    .settings(settings));
    assertThat(limit(crashed.stdout(), "Max core file size")).as(crashed.toString()).isZero();
    assertThat(shared).isEmptyDirectory();
  }

  private static long limit(String limits, String name) {
    String value =
        limits
            .lines()
            .filter(line -> line.startsWith(name + " "))
            .map(line -> line.substring(name.length()).strip().split(" +", -1)[0])
            .findFirst()
            .orElseThrow();
    return value.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(value);
  }

  @Test
  default void findsThreeDescriptorsAndNoSignalsLeftByOthers() throws Exception {
    // The fourth is that of ls itself.
    assertThat(said(lab().shell("ls /proc/self/fd | wc -w")).strip()).isEqualTo("4");
    String status = said(lab().command("cat", "/proc/self/status"));
    // The first 31 signals: the C library uses others.
    assertThat(mask(status, "SigIgn") & 0x7fffffffL).as(status).isZero();
    long blocked = mask(status, "SigBlk") & 0x7fffffffL;
    assertThat(blocked).as(status).isIn(0L, 4L);
    if (!isFake()) {
      differs(Difference.QUIT_BLOCKED, blocked == 4, status);
      differs(Difference.SYSTEM_CALLS_UNFILTERED, status.contains("Seccomp:\t0"), status);
    }
  }

  private static long mask(String status, String name) {
    return status
        .lines()
        .filter(line -> line.startsWith(name + ":"))
        .mapToLong(line -> Long.parseUnsignedLong(line.split("\\s+", -1)[1], 16))
        .findFirst()
        .orElseThrow();
  }

  @Test
  default void findsItsGroupsAndItsChanceToBeKilled(@TempDir Path directory) throws Exception {
    Owner own = Owner.of(Files.createFile(directory.resolve("mine")));
    ContainerSettings settings = lab().settings().user(own.toString()).build();
    String[] found =
        said(lab().shell("id -u; id -g; id -G; cat /proc/self/oom_score_adj").settings(settings))
            .split("\n", -1);
    assertThat(found[0] + ":" + found[1]).isEqualTo(own.toString());
    if (!isFake()) {
      assertThat(found[2]).isEqualTo(found[1]);
    }
    assertThat(found[3]).isIn("0", Files.readString(Path.of("/proc/self/oom_score_adj")).strip());
  }

  @Test
  default void findsAnInitAsProcess1() throws Exception {
    String parent = said(lab().shell("echo $PPID"));
    if (!isFake()) {
      differs(Difference.NO_INIT, !parent.equals("1\n"), parent);
    }
  }
}
