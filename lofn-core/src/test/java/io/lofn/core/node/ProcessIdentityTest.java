package io.lofn.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.core.node.ProcessIdentity.Life;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

public class ProcessIdentityTest {

  private final ProcessIdentity me = onMachine("one");

  /** This process, on a machine whose id is known. */
  public static ProcessIdentity onMachine(String machine) {
    ProcessIdentity me = ProcessIdentity.current();
    return new ProcessIdentity(me.host(), machine, me.boot(), me.namespace(), me.pid(), me.start());
  }

  @Test
  void isAliveToItself() {
    assertThat(me.lifeOf(onMachine("one"))).isEqualTo(Life.ALIVE);
    assertThat(ProcessIdentity.fromLabels(me.labels())).isEqualTo(me);
  }

  @Test
  void isDeadWhenItsProcessHasEnded() throws Exception {
    Process process = new ProcessBuilder("true").start();
    process.waitFor();

    assertThat(me.lifeOf(with(process.pid(), "1"))).isEqualTo(Life.DEAD);
  }

  @Test
  void isDeadWhenItsPidBelongsToALaterProcess() {
    assertThat(me.lifeOf(with(me.pid(), me.start() + "1"))).isEqualTo(Life.DEAD);
  }

  @Test
  void isNotJudgedFromAnotherHostOrNamespace() {
    assertThat(
            me.lifeOf(
                new ProcessIdentity("other", me.machine(), me.boot(), me.namespace(), 1, "1")))
        .isEqualTo(Life.UNKNOWN);
    assertThat(
            me.lifeOf(new ProcessIdentity(me.host(), me.machine(), me.boot(), "pid:[1]", 1, "1")))
        .isEqualTo(Life.UNKNOWN);
  }

  @Test
  void isOfAnotherBootWhenTheBootDiffers() {
    assertThat(
            me.lifeOf(
                new ProcessIdentity(
                    me.host(), me.machine(), "x", me.namespace(), me.pid(), me.start())))
        .isEqualTo(Life.OTHER_BOOT);
  }

  @Test
  void foreignLabelsHaveNoOwner() {
    assertThat(ProcessIdentity.fromLabels(Map.of())).isNull();
    assertThat(ProcessIdentity.fromLabels(Map.of("io.lofn.pid", "x"))).isNull();
  }

  @Test
  void directoriesOfTheDeadAreKnownByTheirNames() {
    assertThat(life(me)).isEqualTo(Life.ALIVE);
    assertThat(life(with(me.pid(), me.start() + "1"))).isEqualTo(Life.DEAD);
    assertThat(life(new ProcessIdentity(me.host(), me.machine(), "x-y", me.namespace(), 1, "1")))
        .isEqualTo(Life.OTHER_BOOT);
    assertThat(
            life(
                new ProcessIdentity(
                    "other", me.machine(), me.boot(), me.namespace(), me.pid(), "0")))
        .isEqualTo(Life.UNKNOWN);
    assertThat(me.lifeOfDirectory("something else", true)).isEqualTo(Life.UNKNOWN);
  }

  /**
   * Nodes of one name share a directory, such as one of NFS: each has boots the other never had.
   */
  @Test
  void directoriesOfOtherMachinesOfTheSameNameAreNotJudged() {
    ProcessIdentity other = onMachine("two");
    ProcessIdentity earlier = new ProcessIdentity(me.host(), "one", "x", me.namespace(), 1, "1");
    ProcessIdentity dead = with(me.pid(), me.start() + "1");

    for (boolean local : new boolean[] {true, false}) {
      assertThat(me.lifeOfDirectory(other.directoryName(), local)).isEqualTo(Life.UNKNOWN);
    }
    assertThat(me.lifeOfDirectory(earlier.directoryName(), true)).isEqualTo(Life.OTHER_BOOT);
    assertThat(me.lifeOfDirectory(earlier.directoryName(), false)).isEqualTo(Life.UNKNOWN);
    assertThat(me.lifeOfDirectory(dead.directoryName(), false)).isEqualTo(Life.DEAD);
    assertThat(me.lifeOf(other)).isEqualTo(Life.UNKNOWN);
  }

  @Test
  void whereTheMachineIsNotKnownOnlyItsOwnDiskTells() {
    ProcessIdentity nameless = onMachine("");
    ProcessIdentity dead =
        new ProcessIdentity(me.host(), "", me.boot(), me.namespace(), me.pid(), "0");
    ProcessIdentity earlier = new ProcessIdentity(me.host(), "", "x", me.namespace(), 1, "1");

    assertThat(nameless.lifeOfDirectory(dead.directoryName(), true)).isEqualTo(Life.DEAD);
    assertThat(nameless.lifeOfDirectory(dead.directoryName(), false)).isEqualTo(Life.UNKNOWN);
    assertThat(nameless.lifeOfDirectory(earlier.directoryName(), true)).isEqualTo(Life.OTHER_BOOT);
    assertThat(nameless.lifeOf(dead)).isEqualTo(Life.DEAD);
    assertThat(nameless.lifeOf(earlier)).isEqualTo(Life.UNKNOWN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nfs",
        "nfs4",
        "ceph",
        "lustre",
        "fuse.sshfs",
        "9p",
        "virtiofs",
        "cifs",
        "gpfs",
        "?"
      })
  void whatMayBeSharedIsNoLocalDisk(String type) {
    assertThat(LocalDisks.isLocal(type)).isFalse();
    assertThat(LocalDisks.isLocal("ext4")).isTrue();
    assertThat(LocalDisks.has(Path.of("/proc/self"))).isFalse();
  }

  private Life life(ProcessIdentity other) {
    return me.lifeOfDirectory(other.directoryName(), true);
  }

  private ProcessIdentity with(long pid, String start) {
    return new ProcessIdentity(me.host(), me.machine(), me.boot(), me.namespace(), pid, start);
  }
}
