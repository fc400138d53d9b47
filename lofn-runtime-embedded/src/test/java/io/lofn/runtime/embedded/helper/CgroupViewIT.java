package io.lofn.runtime.embedded.helper;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a tool sees of the control groups that its document names. Needs root, as all who make
 * groups there.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CgroupViewIT {

  private static final Path TOP = Path.of("/sys/fs/cgroup");

  /** The process that made them cannot, if it was killed. */
  @Test
  void removesTheGroupsOfAParentThatIsGone() throws Exception {
    boolean unified = Files.exists(TOP.resolve("cgroup.controllers"));
    Path top = unified ? TOP : TOP.resolve("memory");
    Path group = top.resolve("lofn-left-" + ProcessHandle.current().pid());
    Path kept = top.resolve("lofn-kept-" + ProcessHandle.current().pid());
    try (Lab lab = new Lab(Lab.Who.ROOT)) {
      Files.createDirectory(group);
      Files.createDirectory(kept);
      Process parent =
          new ProcessBuilder("sh", "-c", "read file; \"$0\" < \"$file\" & wait", "" + lab.helper())
              .start();
      Document document =
          lab.document()
              .with("parent", "" + parent.pid())
              .with("cgroup", group.toString())
              .shell("exec sleep 1000");
      Path file = Files.write(lab.base.resolve("document"), document.bytes());
      parent.getOutputStream().write((file + "\n").getBytes(StandardCharsets.UTF_8));
      parent.getOutputStream().flush();
      assertThat(Lab.line(parent.getErrorStream())).startsWith("started ");
      ProcessHandle helper = parent.children().findFirst().orElseThrow();

      parent.destroyForcibly();
      helper.onExit().get(60, TimeUnit.SECONDS);

      assertThat(group).doesNotExist();
      assertThat(kept).exists();
      assertThat(
              lab.run(
                      document
                          .without("parent")
                          .without("cgroup")
                          .with("cgroup", "" + kept)
                          .without("arg")
                          .shell("true"))
                  .code())
          .isZero();
      assertThat(kept).exists(); // of one whose parent lives, or that has none
    } finally {
      Files.deleteIfExists(group);
      Files.deleteIfExists(kept);
    }
  }

  @Test
  void aToolSeesItsOwnGroupAndCannotChangeIt() throws Exception {
    boolean unified = Files.exists(TOP.resolve("cgroup.controllers"));
    String shown = unified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory";
    String limit = unified ? "memory.max" : "memory.limit_in_bytes";
    Path parent = unified ? TOP : TOP.resolve("memory");
    Path group =
        Files.createDirectory(parent.resolve("lofn-view-" + ProcessHandle.current().pid()));
    try (Lab lab = new Lab(Lab.Who.ROOT)) {
      Files.writeString(group.resolve(limit), "50003968");
      Lab.Outcome outcome =
          lab.run(
              lab.document()
                  .with("cgroup", group.toString())
                  .shell(
                      "grep -E ':memory:|^0::' /proc/self/cgroup | grep -c ':/$'; cat %1$s/%2$s; echo 1 > %1$s/%2$s"
                          .formatted(shown, limit)));
      assertThat(outcome.output()).matches("[12]\n50003968\n");
      assertThat(outcome.error()).contains("Read-only file system");
    } finally {
      Files.delete(group);
    }
  }
}
