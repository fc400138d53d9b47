package io.lofn.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The script that prepares a node, on a fresh Debian system whose users and service come later. */
@Timeout(value = 15, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NodeScriptIT {

  private Path directory;

  @BeforeEach
  void makeDirectory() throws Exception {
    directory = Files.createTempDirectory("node");
  }

  @AfterEach
  void deleteDirectory() {
    // Not by Java: the system has files of other users, and names that are not UTF-8.
    Engines.run("rm", "-rf", "--one-file-system", directory.toString());
  }

  @Test
  void preparesANodeThatIsNotCompleteYet() {
    assertThat(Engines.run("../deploy/test/in-chroot", directory.toString()))
        .containsSubsequence(
            "installed Docker version",
            "hadoop joined the group",
            "yarn joined the group",
            "the service has the group",
            "nobody waits any more",
            "restarting hadoop-yarn-nodemanager, which runs without the group docker",
            "a service without the group was restarted",
            "user yarn: in the group docker",
            "these users do not exist: nobody-of-this-name",
            "unknown option --usr",
            "all is well");
  }
}
