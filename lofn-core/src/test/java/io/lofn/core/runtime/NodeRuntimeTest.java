package io.lofn.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.api.RuntimeUnavailableException;
import io.lofn.core.FakeProvider;
import io.lofn.core.config.LofnConfig;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerRuntimeProvider;
import io.lofn.spi.RuntimeConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** When a node's runtime is chosen, and chosen again. */
class NodeRuntimeTest {

  private final Switchable first = new Switchable("first", -1);
  private final Switchable second = new Switchable("second", -2);
  private final NodeRuntime node =
      new NodeRuntime(
          new RuntimeSelector(
              new LofnConfig(Map.of()), RuntimeProviders.of(List.of(first, second), List.of())));

  @Test
  void aChoiceIsKept() {
    SelectedRuntime chosen = node.get();
    first.usable = false;
    assertThat(node.get()).isSameAs(chosen);
    assertThat(first.probes).hasValue(1);
  }

  @Test
  void afterAFailureTheNextBestIsTaken() {
    SelectedRuntime chosen = node.get();
    first.usable = false;
    node.failed(chosen);
    assertThat(node.get().name()).isEqualTo("second");
  }

  @Test
  void oneThatComesBackIsTheSameAsBefore() {
    SelectedRuntime chosen = node.get();
    node.failed(chosen);
    assertThat(node.get()).isSameAs(chosen);
    assertThat(first.probes).hasValue(2);
  }

  @Test
  void aFailureOfOneThatIsNotInUseAnyMoreChangesNothing() {
    SelectedRuntime chosen = node.get();
    first.usable = false;
    node.failed(chosen);
    SelectedRuntime other = node.get();
    node.failed(chosen);
    assertThat(node.get()).isSameAs(other);
    assertThat(second.probes).hasValue(1);
  }

  @Test
  void aFailedChoiceIsMadeAnew() {
    first.usable = false;
    second.usable = false;
    assertThatThrownBy(node::get).isInstanceOf(RuntimeUnavailableException.class);
    second.usable = true;
    assertThat(node.get().name()).isEqualTo("second");
  }

  @Test
  void anEngineThatDiedMayComeBackSoon() {
    SelectedRuntime chosen = node.get();
    first.usable = false;
    second.usable = false;
    node.failed(chosen);
    assertThatThrownBy(node::get)
        .isInstanceOfSatisfying(EngineException.class, e -> assertThat(e.isTransient()).isTrue())
        .hasMessageContaining("first: switched off");
    first.usable = true;
    assertThat(node.get()).isSameAs(chosen);
  }

  @Test
  void whatShallFollowAChoiceFollowsEach() {
    AtomicInteger choices = new AtomicInteger();
    node.whenSelected(choices::incrementAndGet);
    SelectedRuntime chosen = node.get();
    assertThat(node.get()).isSameAs(chosen);
    assertThat(choices).hasValue(1);
    node.failed(chosen);
    assertThat(node.get()).isSameAs(chosen);
    assertThat(choices).hasValue(2);
  }

  private static final class Switchable implements ContainerRuntimeProvider {

    private final String name;
    private final int priority;
    private final AtomicInteger probes = new AtomicInteger();
    private boolean usable = true;

    Switchable(String name, int priority) {
      this.name = name;
      this.priority = priority;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public int priority() {
      return priority;
    }

    @Override
    public Optional<String> unavailableReason(RuntimeConfig config) {
      probes.incrementAndGet();
      return usable ? Optional.empty() : Optional.of("switched off");
    }

    @Override
    public ContainerRuntime create(RuntimeConfig config) {
      return new FakeProvider.FakeRuntime(name, List.of());
    }
  }
}
