package io.lofn.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.LofnException;
import io.lofn.api.RuntimeUnavailableException;
import io.lofn.core.FakeProvider;
import io.lofn.core.config.HadoopProperties;
import io.lofn.core.config.LofnConfig;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerRuntimeProvider;
import io.lofn.spi.RuntimeConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class RuntimeSelectorTest {

  private static final FakeProvider LOW = FakeProvider.usable("low", -20);
  private static final FakeProvider HIGH = FakeProvider.usable("high", -10);
  private static final FakeProvider BROKEN = new FakeProvider("broken", 5, "no socket at /run/x");
  private static final FakeProvider TOY =
      FakeProvider.usable("toy", ContainerRuntimeProvider.NAMED_ONLY);

  @Test
  void autoTakesTheUsableOneWithTheHighestPriority() {
    assertThat(select("auto", LOW, BROKEN, HIGH, TOY).name()).isEqualTo("high");
  }

  @Test
  void aListIsTriedInItsOrder() {
    assertThat(select("broken, low, high", LOW, BROKEN, HIGH).name()).isEqualTo("low");
  }

  @Test
  void oneNameHasNoFallback() {
    assertThatThrownBy(() -> select("broken", LOW, BROKEN, HIGH))
        .isInstanceOf(RuntimeUnavailableException.class)
        .hasMessageContaining("broken: no socket at /run/x")
        .hasMessageNotContaining("low");
  }

  @Test
  void whatIsForNamedUseOnlyIsTakenByName() {
    assertThat(select("toy", LOW, TOY).name()).isEqualTo("toy");
    assertThatThrownBy(() -> select("auto", TOY))
        .isInstanceOf(RuntimeUnavailableException.class)
        .hasMessageContaining("toy: used only where spark.lofn.runtime names it");
  }

  @Test
  void anUnknownNameIsAnErrorOfTheNodeThatNamesTheNearestOne() {
    for (String wanted : List.of("hihg", "high, hihg")) {
      assertThatThrownBy(() -> select(wanted, LOW, HIGH))
          .isInstanceOf(RuntimeUnavailableException.class)
          .hasMessageContaining("spark.lofn.runtime names 'hihg'")
          .hasMessageContaining("did you mean high? known are high, low");
    }
    assertThatThrownBy(() -> select("hihg"))
        .hasMessageContaining(
            "spark.lofn.runtime names 'hihg', which no jar on this node provides;");
  }

  @Test
  void anUnknownNameIsAWarningOfTheDriverThatNamesTheNearestOne() {
    RuntimeProviders providers = RuntimeProviders.of(List.of(LOW, HIGH), List.of());

    assertThat(providers.warnings(conf("high, hihg, lwo")))
        .satisfiesExactly(
            first ->
                assertThat(first)
                    .contains("spark.lofn.runtime names 'hihg'")
                    .contains("did you mean high? known are high, low")
                    .contains("Tasks will fail unless a jar on the executors does"),
            second -> assertThat(second).contains("'lwo'").contains("did you mean low?"));
    assertThat(providers.warnings(conf("auto"))).isEmpty();
    assertThat(providers.warnings(conf("low, high"))).isEmpty();
  }

  @Test
  void aChoiceTellsWhyThoseBeforeItWerePassedOver() {
    RuntimeProviders providers = RuntimeProviders.of(List.of(LOW, HIGH, BROKEN, TOY), List.of());

    assertThat(new RuntimeSelector(conf("auto"), providers).choose().passedOver())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "broken", "no socket at /run/x",
                "toy", "used only where spark.lofn.runtime names it"));
    assertThat(new RuntimeSelector(conf("high,broken"), providers).choose().passedOver()).isEmpty();
  }

  @Test
  void aRuntimeSeesTheHadoopPropertiesOfTheSession() {
    AtomicReference<RuntimeConfig> seen = new AtomicReference<>();
    ContainerRuntimeProvider curious =
        new ContainerRuntimeProvider() {
          @Override
          public String name() {
            return "curious";
          }

          @Override
          public Optional<String> unavailableReason(RuntimeConfig config) {
            seen.set(config);
            return Optional.of("only curious");
          }

          @Override
          public ContainerRuntime create(RuntimeConfig config) {
            throw new AssertionError("it is not usable");
          }
        };
    RuntimeSelector selector =
        new RuntimeSelector(
            conf("auto"),
            RuntimeProviders.of(List.of(LOW, curious), List.of()),
            new HadoopProperties(Map.of("fs.s3a.secret.key", "hidden")));

    assertThat(selector.choose().passedOver()).containsKey("curious");
    assertThat(seen.get().hadoop()).containsEntry("fs.s3a.secret.key", "hidden");
    assertThat(seen.get().toString()).doesNotContain("hidden");
  }

  @Test
  void aTieIsAnErrorThatNamesBoth() {
    FakeProvider other = FakeProvider.usable("other", -10);

    assertThatThrownBy(() -> select("auto", LOW, HIGH, other))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("high and other")
        .hasMessageContaining("spark.lofn.runtime");
  }

  @Test
  void anUnusableOneDoesNotTie() {
    FakeProvider other = new FakeProvider("other", -10, "not running");

    assertThat(select("auto", other, HIGH).name()).isEqualTo("high");
  }

  @Test
  void noneUsableListsEachWithItsReasonAndWhatCouldNotBeLoaded() {
    RuntimeProviders providers =
        RuntimeProviders.of(
            List.of(BROKEN, new FakeProvider("down", 1, "connection refused")),
            List.of("io.example.Gone not found"));

    assertThatThrownBy(() -> new RuntimeSelector(conf("auto"), providers).choose())
        .isInstanceOf(RuntimeUnavailableException.class)
        .hasMessageContaining("broken: no socket at /run/x")
        .hasMessageContaining("down: connection refused")
        .hasMessageContaining("could not be loaded: io.example.Gone not found")
        .hasMessageContaining("Start or install one");
  }

  @Test
  void anEmptyClassPathSaysWhatToAdd() {
    assertThatThrownBy(() -> select("auto"))
        .isInstanceOf(RuntimeUnavailableException.class)
        .hasMessageContaining("lofn-runtime-docker");
  }

  @Test
  void twoProvidersOfOneNameAreAnErrorThatNamesBoth() {
    assertThatThrownBy(() -> select("auto", LOW, FakeProvider.usable("low", 3)))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("'low'");
  }

  private static ContainerRuntimeProvider select(
      String wanted, ContainerRuntimeProvider... providers) {
    return new RuntimeSelector(conf(wanted), RuntimeProviders.of(List.of(providers), List.of()))
        .choose()
        .provider();
  }

  private static LofnConfig conf(String runtime) {
    return new LofnConfig(Map.of("spark.lofn.runtime", runtime));
  }
}
