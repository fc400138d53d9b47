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
    assertThat(life(me)).isEqualTo(Life.ALIVE);
    assertThat(life(with(me.pid(), me.start() + "1"))).isEqualTo(Life.DEAD);
    assertThat(life(new Owner(me.host(), "x-y", me.namespace(), 1, "1")))
        .isEqualTo(Life.OTHER_BOOT);
    assertThat(life(new Owner("other", me.boot(), me.namespace(), me.pid(), "0")))
        .isEqualTo(Life.UNKNOWN);
    assertThat(me.lifeOfDirectory("something else")).isEqualTo(Life.UNKNOWN);
  }

  private Life life(Owner other) {
    return me.lifeOfDirectory(other.directoryName());
  }

  private Owner with(long pid, String start) {
    return new Owner(me.host(), me.boot(), me.namespace(), pid, start);
  }
}
