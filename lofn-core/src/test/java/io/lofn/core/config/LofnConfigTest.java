package io.lofn.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EmptyPartitions;
import io.lofn.api.LofnException;
import io.lofn.api.PullPolicy;
import io.lofn.api.RunOutput;
import io.lofn.api.UnsupportedFeaturePolicy;
import io.lofn.core.FakeProvider;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class LofnConfigTest {

  @Test
  void everyKeyHasItsDefault() {
    LofnConfig conf = new LofnConfig(Map.of());

    assertThat(conf.get(LofnConfig.RUNTIME)).containsExactly("auto");
    assertThat(conf.get(LofnConfig.EXCHANGE_PATH)).isEqualTo("/shared");
    assertThat(conf.find(LofnConfig.TMP_DIR)).isEmpty();
    assertThat(conf.get(LofnConfig.OUTPUT_DIR)).isEqualTo("lofn");
    assertThat(conf.get(LofnConfig.EMPTY_PARTITIONS)).isEqualTo(EmptyPartitions.RUN);
    assertThat(conf.get(LofnConfig.PULL_POLICY)).isEqualTo(PullPolicy.MISSING);
    assertThat(conf.get(LofnConfig.PULL_TIMEOUT)).isEqualTo(Duration.ofMinutes(30));
    assertThat(conf.get(LofnConfig.IMAGE_PIN)).isTrue();
    assertThat(conf.get(LofnConfig.UNSUPPORTED_FEATURES))
        .isEqualTo(UnsupportedFeaturePolicy.REFUSE);
    assertThat(conf.get(LofnConfig.ENGINE_TIMEOUT)).isEqualTo(Duration.ofSeconds(60));
    assertThat(conf.get(LofnConfig.ENGINE_ATTEMPTS)).isEqualTo(5);
    assertThat(conf.find(LofnConfig.RUN_TIMEOUT)).isEmpty();
    assertThat(conf.get(LofnConfig.STOP_GRACE)).isEqualTo(Duration.ofSeconds(10));
    assertThat(conf.find(LofnConfig.RUN_MAX_DISK)).isEmpty();
    assertThat(conf.get(LofnConfig.RECORD_MAX_SIZE)).isEqualTo(RunOutput.DEFAULT_MAX_RECORD_SIZE);
    assertThat(conf.find(LofnConfig.CPUS)).isEmpty();
    assertThat(conf.find(LofnConfig.MEMORY)).isEmpty();
    assertThat(conf.get(LofnConfig.PIDS)).isEqualTo(4096);
    assertThat(conf.get(LofnConfig.REDUCE_FAN_IN)).isEqualTo(8);
    assertThat(conf.get(LofnConfig.CLEANUP_INTERVAL)).isEqualTo(Duration.ofMinutes(1));
    assertThat(conf.find(LofnConfig.RUN_IDLE_TIMEOUT)).isEmpty();
    assertThat(conf.get(LofnConfig.TMP_MIN_FREE)).isEqualTo(64L << 20);
    assertThat(conf.find(LofnConfig.TMP_MEMORY_DIR)).isEmpty();
    assertThat(conf.find(LofnConfig.HOST_PATH_MAP)).isEmpty();
    assertThat(conf.get(LofnConfig.PROBE)).isEqualTo(ProbeMode.AUTO);
    assertThat(conf.get(LofnConfig.KEEP)).isEqualTo(KeepPolicy.NEVER);
    assertThat(conf.get(LofnConfig.FAIL_FAST)).isFalse();
    assertThat(conf.get(LofnConfig.FAIL_FAST_FAILURES)).isEqualTo(2);
    assertThat(conf.get(LofnConfig.ALLOW_PRIVILEGED)).isFalse();
    assertThat(conf.get(LofnConfig.ALLOW_HOST_NAMESPACES)).isFalse();
    assertThat(conf.get(LofnConfig.ALLOW_ENGINE_SOCKET)).isFalse();
    assertThat(conf.find(LofnConfig.VOLUMES_DIR)).isEmpty();
    assertThat(conf.get(LofnConfig.VOLUMES_MAX_SIZE)).isEqualTo(100L << 30);
    assertThat(conf.find(LofnConfig.VOLUMES_FILE_SYSTEM)).isEmpty();
    assertThat(conf.get(LofnConfig.VOLUMES_TIMEOUT)).isEqualTo(Duration.ofHours(2));
    assertThat(conf.get(LofnConfig.PIPES)).isTrue();
    assertThat(LofnConfig.KEYS).hasSize(42);
  }

  @Test
  void aRecordIsAnArrayAtMost() {
    String key = LofnConfig.RECORD_MAX_SIZE.name();

    assertThat(new LofnConfig(Map.of(key, "2047m")).get(LofnConfig.RECORD_MAX_SIZE))
        .isEqualTo(2047L << 20);
    assertThatThrownBy(() -> new LofnConfig(Map.of(key, "2g")).get(LofnConfig.RECORD_MAX_SIZE))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining(key)
        .hasMessageContaining("at most 2146435072 bytes");
  }

  @Test
  void unitsAreThoseOfSpark() {
    LofnConfig conf =
        new LofnConfig(
            Map.of(
                "spark.lofn.container.memory", "2g",
                "spark.lofn.run.timeout", "1500ms",
                "spark.lofn.runtime", "cli, docker",
                "spark.lofn.image.pullPolicy", "Never"));

    assertThat(conf.find(LofnConfig.MEMORY)).contains(2L << 30);
    assertThat(conf.find(LofnConfig.RUN_TIMEOUT)).contains(Duration.ofMillis(1500));
    assertThat(conf.get(LofnConfig.RUNTIME)).containsExactly("cli", "docker");
    assertThat(conf.get(LofnConfig.PULL_POLICY)).isEqualTo(PullPolicy.NEVER);
  }

  @ParameterizedTest
  @CsvSource({
    "spark.lofn.runtme, spark.lofn.runtime",
    "spark.lofn.container.memmory, spark.lofn.container.memory",
    "spark.lofn.fake.sokcet, spark.lofn.fake.socket",
    "spark.lofn.Runtime, spark.lofn.runtime"
  })
  void aMisspeltKeyIsAnsweredWithTheNearest(String key, String nearest) {
    LofnConfig conf = new LofnConfig(Map.of(key, "x"));

    assertThatThrownBy(() -> conf.requireValid(List.of(FakeProvider.usable("fake", 1))))
        .isInstanceOf(LofnException.class)
        .hasMessage("Unknown configuration key " + key + "; did you mean " + nearest + "?");
  }

  @ParameterizedTest
  @CsvSource({
    "spark.lofn.lacking, warn, spark.lofn.unsupportedFeatures",
    "spark.lofn.sweep.interval, 1s, spark.lofn.cleanup.interval"
  })
  void aKeyThatWasRenamedIsAnErrorThatNamesTheNewOne(String old, String value, String renamed) {
    LofnConfig conf = new LofnConfig(Map.of(old, value));

    assertThatThrownBy(() -> conf.requireValid(List.of()))
        .isInstanceOf(LofnException.class)
        .hasMessage("The configuration key " + old + " is now called " + renamed);
  }

  @ParameterizedTest
  @CsvSource({
    "spark.lofn.container.memory, much",
    "spark.lofn.container.memory, -1g",
    "spark.lofn.run.timeout, soon",
    "spark.lofn.reduce.fanIn, 1",
    "spark.lofn.container.cpus, 0",
    "spark.lofn.allow.privileged, yes",
    "spark.lofn.image.pullPolicy, sometimes"
  })
  void aValueOfTheWrongTypeIsAnsweredWithKeyAndValue(String key, String value) {
    LofnConfig conf = new LofnConfig(Map.of(key, value));

    assertThatThrownBy(() -> conf.requireValid(List.of()))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining(key + " = '" + value + "'");
  }

  static Stream<ConfigKey<?>> times() {
    return LofnConfig.KEYS.stream().filter(key -> key.type().equals("time"));
  }

  static Stream<ConfigKey<?>> sizes() {
    return LofnConfig.KEYS.stream().filter(key -> key.type().equals("size"));
  }

  @ParameterizedTest
  @MethodSource("times")
  void aTimeNeedsAUnitAndIsNotNegative(ConfigKey<?> key) {
    assertRefused(
        key,
        "10",
        "is not a time: it has no unit; write 10s for seconds, or 10ms for milliseconds");
    assertRefused(key, "-10s", "is not a time: it is negative; write a time such as 30s");
    assertRefused(key, "-10", "is not a time: it is negative; write a time such as 30s");
  }

  @ParameterizedTest
  @MethodSource("times")
  void aTimeIsZeroOnlyWhereThatHasAMeaning(ConfigKey<?> key) {
    if (key.equals(LofnConfig.STOP_GRACE)) {
      LofnConfig conf = new LofnConfig(Map.of(key.name(), "0s"));
      assertThat(conf.get(LofnConfig.STOP_GRACE)).isEqualTo(Duration.ZERO);
      assertRefused(key, "0", "it has no unit; write 0s");
    } else {
      for (String zero : List.of("0", "0s", "10us")) {
        assertRefused(key, zero, "it must be at least 1ms; write a time such as 30s");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void aSizeNeedsAUnitAndIsGreaterThanZero(ConfigKey<?> key) {
    assertRefused(
        key,
        "2048",
        "is not a size: it has no unit; write 2048m for mebibytes, or 2048b for bytes");
    assertRefused(key, "-1g", "is not a size: it is negative; write a size such as 512m");
    assertRefused(key, "0", "is not a size: it must be at least 1 byte");
    assertRefused(key, "0g", "is not a size: it must be at least 1 byte");
  }

  private static void assertRefused(ConfigKey<?> key, String value, String why) {
    LofnConfig conf = new LofnConfig(Map.of(key.name(), value));

    assertThatThrownBy(() -> conf.requireValid(List.of()))
        .isInstanceOf(LofnException.class)
        .hasMessageStartingWith(key.name() + " = '" + value + "' ")
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @CsvSource({"'docker,auto'", "'auto,auto'", "','"})
  void theRuntimeIsAutoAloneOrNames(String value) {
    LofnConfig conf = new LofnConfig(Map.of("spark.lofn.runtime", value));

    assertThatThrownBy(() -> conf.requireValid(List.of()))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("spark.lofn.runtime = '" + value + "'")
        .hasMessageContaining("write auto alone, or names such as docker,podman");
  }

  @Test
  void aRuntimeSeesItsOwnKeysOnly() {
    LofnConfig conf =
        new LofnConfig(
            Map.of(
                "spark.lofn.fake.socket", "/run/x",
                "spark.lofn.other.socket", "/run/y",
                "spark.lofn.engine.timeout", "5s"));

    assertThat(conf.runtimeConfig("fake").property("socket")).contains("/run/x");
    assertThat(conf.runtimeConfig("fake").callTimeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(conf.runtimeConfig("fak").property("e.socket")).isEmpty();
  }
}
