package io.lofn.runtime.embedded.helper;

import static org.assertj.core.api.Assertions.assertThat;

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
