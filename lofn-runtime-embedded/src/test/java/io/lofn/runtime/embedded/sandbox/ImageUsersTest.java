package io.lofn.runtime.embedded.sandbox;

import static java.nio.file.StandardOpenOption.APPEND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.lofn.api.EngineException;
import io.lofn.runtime.embedded.sandbox.ImageUsers.Ids;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ImageUsersTest {

  @TempDir private Path root;

  @BeforeEach
  void write() throws Exception {
    Files.createDirectory(root.resolve("etc"));
    Files.writeString(
        root.resolve("etc/passwd"),
        """
        root:x:0:0:root:/root:/bin/sh
        broken
        x:x:y:1::/:
        blast:x:1000:100::/home/blast:/bin/sh
        bare:x:7:8::
        none:x:9:9:::
        """);
    Files.writeString(root.resolve("etc/group"), "root:x:0:\nusers:x:100:blast\nlab:x:2000:\n");
  }

  @ParameterizedTest
  @CsvSource({
    "root, 0, 0, /root",
    "blast, 1000, 100, /home/blast",
    "blast:lab, 1000, 2000, /home/blast",
    "blast:77, 1000, 77, /home/blast",
    "1000, 1000, 100, /home/blast",
    "1000:lab, 1000, 2000, /home/blast",
    "0:0, 0, 0, /root",
    "12345, 12345, 0, /",
    "12345:23456, 12345, 23456, /",
    "blast:, 1000, 100, /home/blast",
    "none, 9, 9, /",
    "4294967294:1, 4294967294, 1, /",
  })
  void findsUsersAsEnginesDo(String user, long uid, long gid, String home) {
    assertThat(new ImageUsers(root).find(user)).isEqualTo(new Ids(uid, gid, home));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nobody",
        "blast:nogroup",
        "x",
        "bare",
        "-1",
        "4294967295",
        "1:4294967295",
        "99999999999"
      })
  void refusesWhatTheImageDoesNotKnow(String user) {
    assertThatThrownBy(() -> new ImageUsers(root).find(user)).isInstanceOf(EngineException.class);
  }

  @Test
  void saysWhichFileOfTheImageHasNoSuchName() {
    assertThatThrownBy(() -> new ImageUsers(root).find("nobody"))
        .hasMessageContaining("'nobody' is not in /etc/passwd of the image")
        .hasMessageContaining("Tool.user");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/other/passwd", "../other/passwd", "../../../other/passwd", "/../other/passwd"})
  void followsLinksAsTheToolWould(String target) throws Exception {
    Files.createDirectory(root.resolve("other"));
    Files.move(root.resolve("etc/passwd"), root.resolve("other/passwd"));
    Files.createSymbolicLink(root.resolve("etc/passwd"), Path.of(target));
    assertThat(new ImageUsers(root).find("blast").uid()).isEqualTo(1000);
  }

  @Test
  void leavesTheImageByNoLink(@TempDir Path outside) throws Exception {
    Path file = Files.writeString(outside.resolve("passwd"), "evil:x:66:66::/:\n");
    Files.delete(root.resolve("etc/passwd"));
    Files.createSymbolicLink(root.resolve("etc/passwd"), file);
    assertThatThrownBy(() -> new ImageUsers(root).find("evil")).isInstanceOf(EngineException.class);
  }

  @Test
  void isNotCaughtByLinksThatLeadToEachOther() throws Exception {
    Files.delete(root.resolve("etc/passwd"));
    Files.createSymbolicLink(root.resolve("etc/passwd"), Path.of("passwd"));
    assertThat(new ImageUsers(root).find("5:6")).isEqualTo(new Ids(5, 6, "/"));
  }

  @Test
  void takesNumbersWhereTheImageHasNoFiles(@TempDir Path empty) {
    assertThat(new ImageUsers(empty).find("5")).isEqualTo(new Ids(5, 0, "/"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", ":\n", "x"})
  void readsLittleOfAFileThatIsLarge(String content) throws Exception {
    Path file = root.resolve("etc/passwd");
    Files.writeString(file, "\n" + content.repeat((16 << 20) / content.length() - 200), APPEND);
    ImageUsers users = new ImageUsers(root);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    long before = threads.getThreadAllocatedBytes(thread);

    assertThat(users.find("5:6")).isEqualTo(new Ids(5, 6, "/"));
    assertThat(users.find("blast").uid()).isEqualTo(1000);

    // In all, not at once: nothing of it is kept.
    assertThat(threads.getThreadAllocatedBytes(thread) - before).isLessThan(200L << 20);
  }

  @Test
  void findsAGroupWithMoreMembersThanALineThatIsKept() throws Exception {
    String members = "blast,".repeat(10_000);
    Files.writeString(root.resolve("etc/group"), "many:x:300:" + members + "\nlast:x:301:\n");
    assertThat(new ImageUsers(root).find("blast:many").gid()).isEqualTo(300);
    assertThat(new ImageUsers(root).find("blast:last").gid()).isEqualTo(301);
  }

  @Test
  void findsAUserInALastLineWithoutAnEnd() throws Exception {
    Files.writeString(root.resolve("etc/passwd"), "root:x:0:0::/:\nlast:x:5:6::/last:/bin/sh");
    assertThat(new ImageUsers(root).find("last")).isEqualTo(new Ids(5, 6, "/last"));
  }
}
