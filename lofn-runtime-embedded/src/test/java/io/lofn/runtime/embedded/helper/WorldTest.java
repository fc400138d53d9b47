package io.lofn.runtime.embedded.helper;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.runtime.embedded.helper.Lab.Outcome;
import io.lofn.runtime.embedded.helper.Lab.Who;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a tool finds: files, limits, capabilities, names. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WorldTest {

  static Stream<Who> all() {
    return Who.all();
  }

  private static List<String> options(String mounts, String place) {
    return mounts
        .lines()
        .map(line -> line.split(" ", -1))
        .filter(fields -> fields[1].equals(place))
        .map(fields -> List.of((fields[2] + "," + fields[3]).split(",", -1)))
        .reduce(List.of(), (first, last) -> last);
  }

  @ParameterizedTest
  @MethodSource("all")
  void hasARootThatIsWrittenOnlyInMemoryAndOnlyIfAsked(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      String change =
          "touch /new /bin/new && rm /bin/true && mkdir /dir && echo x >> /etc/file && ls /etc"
              + " && rm -r /data && mkdir /data && ls -A /data";
      Files.writeString(lab.root().resolve("etc/file"), "of the image\n");
      Files.createFile(Files.createDirectories(lab.root().resolve("data/sub")).resolve("file"));
      lab.give(lab.root());
      Document document = lab.document().with("upper", "1000000").shell(change);
      assertThat(lab.run(document).succeeded()).isEqualTo("file\n");
      assertThat(lab.run(document).succeeded()).isEqualTo("file\n");
      assertThat(lab.root().resolve("etc/file")).hasContent("of the image\n");
      assertThat(Files.exists(lab.root().resolve("new"))).isFalse();
      assertThat(Files.exists(lab.root().resolve("bin/true"))).isTrue();
      Outcome refused = lab.run(lab.document().shell("touch /new"));
      assertThat(refused.code()).isEqualTo(1);
      assertThat(refused.error()).contains("Read-only file system");
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void capsWhatIsInMemory(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      Document document =
          lab.document()
              .with("upper", "1048576")
              .with("shm", "131072")
              .with("tmpfs", "65536", "1777", "/scratch");
      String fill = "dd if=/dev/zero of=%s/file bs=4096 count=1000 2>/dev/null; wc -c < %s/file";
      for (List<String> place :
          List.of(
              List.of("", "1048576"),
              List.of("/scratch", "65536"),
              List.of("/dev/shm", "131072"),
              List.of("/dev", "65536"))) {
        Outcome outcome = lab.run(document.shell(fill.formatted(place.get(0), place.get(0))));
        long written = Long.parseLong(outcome.succeeded().strip());
        assertThat(written)
            .as(place.toString())
            .isBetween(Long.parseLong(place.get(1)) * 3 / 4, Long.parseLong(place.get(1)));
      }
      String files =
          "i=0; while echo > /scratch/$i; do i=$((i+1)); done 2>/dev/null; mkdir /scratch/d; ls /scratch | wc -l";
      assertThat(Integer.parseInt(lab.run(document.shell(files)).output().strip()))
          .isLessThan(2000);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void hasMountsAsEnginesHaveThem(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      Path data = lab.directory("data");
      Document document =
          lab.document()
              .with("bind", "ro", data.toString(), "/data/in")
              .with("bind", "rw", data.toString(), "/data/out")
              .with("tmpfs", "65536", "0750", "/scratch");
      String mounts = lab.run(document.arguments("cat", "/proc/self/mounts")).succeeded();
      assertThat(options(mounts, "/data/in"))
          .contains("ro", "nosuid", "nodev")
          .doesNotContain("noexec");
      assertThat(options(mounts, "/data/out"))
          .contains("rw", "nosuid", "nodev")
          .doesNotContain("noexec");
      assertThat(options(mounts, "/scratch"))
          .contains("tmpfs", "rw", "nosuid", "nodev")
          .doesNotContain("noexec");
      assertThat(options(mounts, "/proc")).contains("proc", "rw", "nosuid", "nodev", "noexec");
      assertThat(options(mounts, "/proc/sys")).contains("ro", "nosuid", "nodev", "noexec");
      assertThat(options(mounts, "/sys")).contains("sysfs", "ro", "nosuid", "nodev", "noexec");
      assertThat(options(mounts, "/dev")).contains("tmpfs", "rw", "nosuid");
      assertThat(options(mounts, "/dev/shm")).contains("size=65536k", "nosuid", "nodev", "noexec");
      assertThat(options(mounts, "/dev/pts")).contains("devpts", "nosuid", "noexec");
      assertThat(options(mounts, "/")).contains("overlay", "ro", "nosuid", "nodev");
      String modes =
          lab.run(
                  document.shell(
                      "stat -c %a:%u /scratch /dev/shm /dev /data; touch /data/out/x; touch /data/in/y"))
              .output();
      assertThat(modes).isEqualTo("750:0\n1777:0\n755:0\n755:0\n");
      assertThat(data.resolve("x")).exists();
      assertThat(data.resolve("y")).doesNotExist();
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void hidesWhatTellsOfTheNode(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      String show =
          "for f in /proc/kcore /proc/keys /proc/timer_list /proc/interrupts /proc/latency_stats"
              + " /proc/sched_debug; do [ -e $f ] && cat $f; done; ls /proc/acpi /proc/scsi"
              + " /proc/asound /sys/firmware /sys/devices/virtual/powercap 2>/dev/null | grep -v :;"
              + " for f in /proc/sys/kernel/hostname /proc/sysrq-trigger /proc/irq/0/x /proc/bus/x;"
              + " do (echo x > $f) 2>/dev/null && echo $f; done; true";
      assertThat(lab.run(lab.document().shell(show)).succeeded().strip()).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void hasTheUsualDevicesAndNoOthers(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      Outcome outcome =
          lab.run(
              lab.document()
                  .shell(
                      "ls /dev; head -c 3 /dev/zero | od -An -tx1; head -c 9 /dev/urandom | wc -c; echo > /dev/full"));
      assertThat(outcome.output())
          .startsWith(
              "core\nfd\nfull\nmqueue\nnull\nptmx\npts\nrandom\nshm\nstderr\nstdin\nstdout\ntty\nurandom\nzero\n")
          .endsWith(" 00 00 00\n9\n");
      assertThat(outcome.error()).contains("No space left on device");
      Document device = lab.document().with("device", "/dev/zero", "/dev/own/nought");
      assertThat(lab.run(device.shell("head -c 2 /dev/own/nought | od -An -tx1")).succeeded())
          .isEqualTo(" 00 00\n");
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void hasNamesAndANetworkOfItsOwn(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      Document own =
          lab.document()
              .with("hostname", "its-own")
              .with("text", "/etc/hosts", "127.0.0.1 localhost\n");
      Outcome outcome =
          lab.run(
              own.shell(
                  "hostname; cat /etc/hosts; ip -o link | wc -l; ip link show lo; ls /sys/class/net"));
      assertThat(outcome.succeeded())
          .startsWith("its-own\n127.0.0.1 localhost\n1\n")
          .contains("LOOPBACK,UP")
          .endsWith("\nlo\n");
      Document host = lab.document().with("network", "host").shell("readlink /proc/self/ns/net");
      assertThat(lab.run(host).succeeded().strip())
          .isEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString());
      for (String space : List.of("mnt", "pid", "ipc", "uts", "net", "cgroup")) {
        String found =
            lab.run(lab.document().arguments("readlink", "/proc/self/ns/" + space)).succeeded();
        assertThat(found.strip())
            .startsWith(space + ":[")
            .isNotEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/" + space)).toString());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void isTheUserWithItsGroupAndNothingMore(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      Path shared = lab.directory("shared");
      for (int id : new int[] {0, 1000, lab.id()}) {
        Document document = lab.as(id, id).with("bind", "rw", shared.toString(), "/shared");
        Outcome outcome =
            lab.run(
                document.shell(
                    "id -u; id -g; id -G; umask; grep -E '^(Cap|NoNew|Seccomp:)' /proc/self/status; touch /shared/"
                        + id));
        String none = "0".repeat(16);
        assertThat(outcome.output().replace('\t', ' '))
            .isEqualTo(
                id
                    + "\n"
                    + id
                    + "\n"
                    + id
                    + "\n0022\nCapInh: "
                    + none
                    + "\nCapPrm: "
                    + none
                    + "\nCapEff: "
                    + none
                    + "\nCapBnd: "
                    + none
                    + "\nCapAmb: "
                    + none
                    + "\nNoNewPrivs: 1\nSeccomp: 2\n");
      }
      if (who == Who.USER) {
        for (Path file : list(shared)) {
          assertThat(Files.getAttribute(file, "unix:uid")).as(file.toString()).isEqualTo(lab.id());
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void keepsTheCapabilitiesAndPrivilegesThatAreAskedFor(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      String show = "grep -E '^(Cap|NoNew|Seccomp:)' /proc/self/status | tr '\\t\\n' '  '";
      String two = "0000000000000401";
      String none = "0".repeat(16);
      Document kept = lab.as(1000, 1000).with("cap", "0").with("cap", "10");
      assertThat(lab.run(kept.shell(show)).succeeded())
          .isEqualTo(
              "CapInh: %s CapPrm: %s CapEff: %s CapBnd: %s CapAmb: %s NoNewPrivs: 1 Seccomp: 2 "
                  .formatted(two, two, two, two, two));
      Document root = lab.document().with("cap", "0").with("cap", "10").with("privileges", "new");
      assertThat(lab.run(root.shell(show)).succeeded())
          .isEqualTo(
              "CapInh: %s CapPrm: %s CapEff: %s CapBnd: %s CapAmb: %s NoNewPrivs: 0 Seccomp: 2 "
                  .formatted(none, two, two, two, none));
      Document open = lab.document().with("seccomp", "off").shell(show);
      assertThat(lab.run(open).succeeded()).endsWith("NoNewPrivs: 1 Seccomp: 0 ");
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void hasTheLimitsOfTheExecutorButNoCoreDumps(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      Document document =
          lab.document()
              .with("rlimit", "7", "100", "200")
              .with("rlimit", "6", "50", "50")
              .with("rlimit", "4", "unlimited", "unlimited");
      String limits =
          lab.run(
                  document
                      .without("rlimit")
                      .with("rlimit", "7", "100", "200")
                      .with("rlimit", "6", "50", "50")
                      .arguments("cat", "/proc/self/limits"))
              .succeeded();
      assertThat(limits)
          .containsPattern("Max open files +100 +200 ")
          .containsPattern("Max processes +50 +50 ")
          .containsPattern("Max core file size +0 +0 ")
          .containsPattern("Max file size +unlimited ");
      Outcome raised =
          lab.run(
              lab.document().with("rlimit", "7", "100", "18446744073709551615").arguments("true"));
      assertThat(raised.code()).isEqualTo(125);
      assertThat(raised.all())
          .startsWith("lofn-run: cannot set the limit number 7: E")
          .hasLineCount(1);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void startsInItsDirectoryOrNotAtAll(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      assertThat(lab.run(lab.document().arguments("pwd")).succeeded()).isEqualTo("/\n");
      assertThat(lab.run(lab.document().with("cwd", "/etc").arguments("pwd")).succeeded())
          .isEqualTo("/etc\n");
      Outcome missing = lab.run(lab.document().with("cwd", "/not/there").arguments("pwd"));
      assertThat(missing.code()).isEqualTo(125);
      assertThat(missing.all())
          .isEqualTo(
              "lofn-run: cannot enter the working directory /not/there: ENOENT no such file or directory\n");
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void hasAnInitUnlessTheToolIsProcess1(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      assertThat(lab.run(lab.document().shell("echo $PPID")).succeeded()).isEqualTo("1\n");
      assertThat(lab.run(lab.document().with("init", "no").shell("echo $$ $PPID")).succeeded())
          .isEqualTo("1 0\n");
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void bindsWithWhatIsMountedBelowButNothingOfItsOwn(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      Document document =
          lab.document()
              .with("bind", "ro", lab.base.toString(), "/whole")
              .with("bind", "ro", "/", "/node");
      Outcome outcome =
          lab.run(
              document.shell(
                  "ls /whole/scratch; ls /node | wc -l; touch /node/dev/shm/lofn-written; touch /node/proc/self/comm; cat /proc/self/mounts"));
      assertThat(outcome.output())
          .startsWith(
              list(Path.of("/")).stream()
                      .filter(p -> !p.getFileName().toString().startsWith("."))
                      .count()
                  + "\n");
      assertThat(outcome.error()).contains("Read-only file system");
      outcome
          .output()
          .lines()
          .filter(line -> line.contains(" /node"))
          .forEach(line -> assertThat(line).contains(" ro,"));
      assertThat(Path.of("/dev/shm/lofn-written")).doesNotExist();
    }
  }

  /** An overlay cannot be made of the second overlay of overlays: the kernel allows two. */
  @Test
  void makesMountPointsInAReadOnlyRootWhereNoOverlayCanBeHad() throws Exception {
    try (Lab lab = new Lab(Who.USER)) {
      Path bound = lab.directory("bound");
      Files.writeString(bound.resolve("file"), "bound\n");
      Files.createDirectories(lab.root().resolve("usr/share"));
      Files.writeString(lab.root().resolve("usr/share/text"), "of the image\n");
      Files.createSymbolicLink(lab.root().resolve("usr/link"), Path.of("share/text"));
      lab.give(lab.root());
      Document document =
          lab.document()
              .without("root")
              .with("root", lab.base.resolve("m2").toString())
              .with("bind", "rw", bound.toString(), "/usr/made/deep")
              .with("tmpfs", "65536", "1777", "/memory")
              .with("text", "/etc/hosts", "localhost\n");
      Document show =
          document.shell(
              "cat /usr/made/deep/file /usr/share/text /usr/link /etc/hosts; ls /usr; touch /memory/x"
                  + " /usr/made/deep/x; for f in / /usr /usr/made /usr/share /etc /bin; do (touch"
                  + " $f/new) 2>/dev/null && echo wrote $f; done; true");
      Files.write(lab.base.resolve("document"), show.whole());
      Files.write(
          lab.base.resolve("upper"), document.with("upper", "1000000").arguments("true").whole());
      String stack =
          "set -e; cd \"$1\"; mkdir t m1 m2; mount -t tmpfs t t; lower=root; for i in 1 2; do mkdir"
              + " t/u$i t/w$i; mount -t overlay -o userxattr,lowerdir=$lower,upperdir=t/u$i,workdir=t/w$i"
              + " overlay m$i; lower=m$i; done; ./lofn-run --file upper || echo \"code $?\"; exec"
              + " ./lofn-run --file document";
      Process process =
          new ProcessBuilder(
                  lab.as(List.of("unshare", "-Urm", "sh", "-c", stack, "sh", lab.base.toString())))
              .redirectErrorStream(true)
              .start();
      assertThat(Lab.outcome(process).succeeded().replaceAll("started [0-9]+\n", ""))
          .isEqualTo(
              "lofn-run: cannot make an overlay of %s: EINVAL invalid argument\ncode 125\n"
                      .formatted(lab.base.resolve("m2"))
                  + "bound\nof the image\nof the image\nlocalhost\nlink\nmade\nshare\n");
      assertThat(bound.resolve("x")).exists();
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void saysWhatTheNodeAllows(Who who) throws Exception {
    try (Lab lab = new Lab(who)) {
      Process process = new ProcessBuilder(lab.command("--check")).start();
      String kernel = Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip();
      assertThat(Lab.outcome(process).succeeded())
          .isEqualTo(
              ("{\"version\":1,\"kernel\":\"%s\",\"uid\":%d,\"userNamespaces\":true,\"mount\":true,\"pid\":true,\"network\":true,"
                      + "\"overlay\":true,\"proc\":true,\"seccomp\":true,\"cgroupNamespace\":true,\"openat2\":true,\"pidfd\":true,\"memfdExec\":true,\"reason\":\"\"}\n")
                  .formatted(kernel, lab.id()));
    }
  }

  private static List<Path> list(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.toList();
    }
  }
}
