package io.lofn.testkit;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.spi.ContainerExit;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.RunningContainer;
import io.lofn.spi.RuntimeConfig;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** No runtime of lofn reports the usage of a container, so the tests use fake runtimes that do. */
class UsageContractTest {

  private static final long ENOUGH = 64 << 20;

  @Test
  void takesWhatMayBeSo() {
    assertThatCode(() -> check(exit -> exit.peakMemory(ENOUGH))).doesNotThrowAnyException();
    assertThatCode(() -> check(exit -> exit)).doesNotThrowAnyException();
  }

  @Test
  void findsMemoryThatIsLessThanTheToolTouched() {
    assertThatThrownBy(() -> check(exit -> exit.peakMemory(1 << 20)))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void findsMemoryThatNoNodeHas() {
    assertThatThrownBy(() -> check(exit -> exit.peakMemory(Long.MAX_VALUE)))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void findsProcessorTimeThatIsLessThanTheToolBurned() {
    assertThatThrownBy(() -> check(exit -> exit.cpuTime(Duration.ZERO)))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void findsProcessorTimeThatNoNodeHas() {
    assertThatThrownBy(() -> check(exit -> exit.cpuTime(Duration.ofDays(1))))
        .isInstanceOf(AssertionError.class);
  }

  private static void check(UnaryOperator<ContainerExit> metered) throws Exception {
    ContainerRuntime processes =
        new LocalProcessRuntimeProvider().create(RuntimeConfig.of(Map.of()));
    ContainerRuntime runtime =
        changed(
            ContainerRuntime.class,
            processes,
            started ->
                started instanceof RunningContainer container
                    ? changed(
                        RunningContainer.class,
                        container,
                        ended ->
                            ended instanceof Optional<?> exit
                                ? exit.map(each -> metered.apply((ContainerExit) each))
                                : ended)
                    : started);
    ContainerLab lab =
        new ContainerLab(() -> runtime, "any:1", (any, config) -> Optional.empty(), Set.of());
    UsageContract contract = () -> lab;
    contract.tellsOfMemoryAndProcessorsWhatIsSoOrNothing();
  }

  /** Returns the same runtime with other results. */
  private static <T> T changed(Class<T> type, T real, UnaryOperator<Object> change) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              try {
                Object result = method.invoke(real, arguments);
                return result == null ? null : change.apply(result);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }
}
