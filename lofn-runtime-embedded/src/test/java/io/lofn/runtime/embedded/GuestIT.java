package io.lofn.runtime.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.runtime.embedded.NativeSources.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * lofn-run on other kernels than this machine's: with cgroup v2 only, and on arm64. Each guest
 * takes some ten seconds, so one of each architecture runs it all, by the script guest.sh.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GuestIT {

  private static final Path GUEST = Path.of("../dev/guest").toAbsolutePath().normalize();
  private static final int ORDINARY = 1000;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"x86_64", "aarch64"})
  void runsContainersInAGuestWithCgroupV2(String arch) throws IOException {
    Output guest = boot(arch);
    assertThat(guest.code()).as(guest.output() + guest.error()).isZero();
    assertThat(part(guest, "check"))
        .contains("\"userNamespaces\":true")
        .contains("\"reason\":\"\"");
    for (String user : new String[] {"root", "user"}) {
      assertThat(Probe.read(part(guest, "probe-" + user)))
          .as(user)
          .containsExactlyInAnyOrderEntriesOf(Probe.inside(arch));
      assertThat(part(guest, "sandbox-" + user))
          .contains("machine " + arch, "written", "exit code 42");
    }
    assertThat(part(guest, "sandbox-root")).contains("uid 0 of 0", "process 2");
    assertThat(part(guest, "sandbox-user")).contains("uid 1000 of 1000", "process 2");
    assertThat(part(guest, "memory")).contains("exit code 137", "oom_kill 1");
    assertThat(number(part(guest, "memory"), "peak")).isBetween(16L << 20, 32L << 20);
    assertThat(part(guest, "processes")).contains("can't fork").doesNotContain("max 0");
    assertThat(number(part(guest, "processor"), "usage_usec")).isPositive();
    assertThat(part(guest, "end")).contains("removed");
  }

  private Output boot(String arch) throws IOException {
    Path tree = Files.createDirectory(directory.resolve("tree"));
    Path documents = Files.createDirectory(tree.resolve("documents"));
    try (var helper = EmbeddedResources.open("lofn-run-" + arch)) {
      Files.copy(helper, tree.resolve("lofn-run"));
    }
    Files.move(Probe.compile(arch, directory), tree.resolve("probe"));
    Files.copy(Path.of("src/test/sh/guest.sh"), tree.resolve("guest.sh"));
    for (int id : new int[] {0, ORDINARY}) {
      write(documents.resolve("probe-" + id), document(id).command("/probe"));
      write(documents.resolve("sandbox-" + id), document(id).command("sh", "-c", SANDBOX));
    }
    RunDocumentText limited = document(ORDINARY).add("cgroup", "/sys/fs/cgroup/lofn/run");
    write(
        documents.resolve("memory"),
        limited.command("dd", "if=/dev/zero", "of=/dev/null", "bs=64M", "count=1"));
    limited = document(ORDINARY).add("cgroup", "/sys/fs/cgroup/lofn/run");
    write(
        documents.resolve("processes"), limited.command("sh", "-c", "while :; do sleep 60 & done"));
    return NativeSources.run(
        Map.of("GUEST_MEMORY", "768", "GUEST_TIMEOUT", "240"),
        GUEST.toString(),
        arch,
        tree.toString(),
        "sh /guest.sh");
  }

  private static final String SANDBOX =
      """
      echo uid $(id -u) of $(stat -L -c %u /proc/self); echo process $$; echo machine $(uname -m)
      echo written >/bin/new && cat /bin/new
      exit 42""";

  private static RunDocumentText document(int id) {
    return RunDocumentText.of("/image", "/scratch", id)
        .add("upper", "33554432")
        .add("env", "PATH=/bin");
  }

  private static void write(Path file, RunDocumentText document) throws IOException {
    Files.write(file, document.bytes());
  }

  /** What the script printed below a heading. */
  private static String part(Output guest, String name) {
    String all = guest.output().replace("\r", "");
    String heading = "== " + name + "\n";
    assertThat(all).contains(heading);
    String rest = all.substring(all.indexOf(heading) + heading.length());
    return rest.contains("\n== ") ? rest.substring(0, rest.indexOf("\n== ")) : rest;
  }

  private static long number(String text, String name) {
    return text.lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + name + " in " + text));
  }
}
