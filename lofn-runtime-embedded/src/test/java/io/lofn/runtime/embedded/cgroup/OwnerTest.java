package io.lofn.runtime.embedded.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OwnerTest {

  private final Owner self = Owner.self();

  @Test
  void isFoundByItsName() {
    assertThat(Owner.parse(self.name())).contains(self);
    assertThat(self.isDead()).isFalse();
    assertThat(self.isOfThisPlace()).isTrue();
  }

  @Test
  void isDeadWhereALaterProcessHasItsId() {
    assertThat(new Owner(self.place(), self.pid(), self.start() - 1).isDead()).isTrue();
  }

  @Test
  void isDeadWhenTheNodeWasBootedSince() {
    String namespace = self.place().split("-", 2)[1];
    Owner earlier = new Owner("00000000-" + namespace, self.pid(), self.start());
    assertThat(earlier.isDead()).isTrue();
    assertThat(earlier.isOfThisPlace()).isFalse();
  }

  @Test
  void isNotKnownToBeDeadInAnotherNamespace() {
    assertThat(new Owner(self.place() + "7", self.pid(), self.start() + 5).isDead()).isFalse();
  }

  @Test
  void isDeadWhenItHasEndedThoughNobodyHasWaited() throws Exception {
    Process child = new ProcessBuilder("sleep", "600").start();
    Owner owner = Owner.of(child.pid()).orElseThrow();
    assertThat(owner.isDead()).isFalse();
    child.destroyForcibly().waitFor();
    assertThat(owner.isDead()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "tests", "1-2-3", "0123abcd-1-2", "0123abcd-1-2-99999999999999999999"})
  void isNoOtherName(String name) {
    assertThat(Owner.parse(name)).isEmpty();
  }
}
