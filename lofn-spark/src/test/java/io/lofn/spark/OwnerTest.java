package io.lofn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.spark.Owner.Life;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OwnerTest {

  private final Owner me = Owner.current();

  @Test
  void isAliveToItself() {
    assertThat(me.lifeOf(Owner.current())).isEqualTo(Life.ALIVE);
    assertThat(Owner.fromLabels(me.labels())).isEqualTo(me);
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
    assertThat(me.lifeOf(new Owner("other", me.boot(), me.namespace(), 1, "1")))
        .isEqualTo(Life.UNKNOWN);
    assertThat(me.lifeOf(new Owner(me.host(), me.boot(), "pid:[1]", 1, "1")))
        .isEqualTo(Life.UNKNOWN);
  }

  @Test
  void isOfAnotherBootWhenTheBootDiffers() {
    assertThat(me.lifeOf(new Owner(me.host(), "x", me.namespace(), me.pid(), me.start())))
        .isEqualTo(Life.OTHER_BOOT);
  }

  @Test
  void foreignLabelsHaveNoOwner() {
    assertThat(Owner.fromLabels(Map.of())).isNull();
    assertThat(Owner.fromLabels(Map.of("io.lofn.pid", "x"))).isNull();
  }

  @Test
  void directoriesOfTheDeadAreKnownByTheirNames() {
    assertThat(me.knowsToBeGone(me.directoryName())).isFalse();
    assertThat(me.knowsToBeGone(with(me.pid(), me.start() + "1").directoryName())).isTrue();
    assertThat(
            me.knowsToBeGone(new Owner(me.host(), "x-y", me.namespace(), 1, "1").directoryName()))
        .isTrue();
    assertThat(
            me.knowsToBeGone(
                new Owner("other", me.boot(), me.namespace(), me.pid(), "0").directoryName()))
        .isFalse();
    assertThat(me.knowsToBeGone("something else")).isFalse();
  }

  private Owner with(long pid, String start) {
    return new Owner(me.host(), me.boot(), me.namespace(), pid, start);
  }
}
