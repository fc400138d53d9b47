package io.lofn.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EmptyPartitions;
import io.lofn.api.Lacking;
import io.lofn.api.LofnException;
import io.lofn.api.PullPolicy;
import io.lofn.api.RunOutput;
import io.lofn.core.FakeProvider;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LofnConfTest {

  @Test
  void everyKeyHasItsDefault() {
    LofnConf conf = new LofnConf(Map.of());

    assertThat(conf.get(LofnConf.RUNTIME)).containsExactly("auto");
    assertThat(conf.get(LofnConf.EXCHANGE_PATH)).isEqualTo("/shared");
    assertThat(conf.find(LofnConf.TMP_DIR)).isEmpty();
    assertThat(conf.get(LofnConf.OUTPUT_DIR)).isEqualTo("lofn");
    assertThat(conf.get(LofnConf.EMPTY_PARTITIONS)).isEqualTo(EmptyPartitions.RUN);
    assertThat(conf.get(LofnConf.PULL_POLICY)).isEqualTo(PullPolicy.MISSING);
    assertThat(conf.get(LofnConf.PULL_TIMEOUT)).isEqualTo(Duration.ofMinutes(30));
    assertThat(conf.get(LofnConf.IMAGE_PIN)).isTrue();
    assertThat(conf.get(LofnConf.LACKING)).isEqualTo(Lacking.REFUSE);
    assertThat(conf.get(LofnConf.ENGINE_TIMEOUT)).isEqualTo(Duration.ofSeconds(60));
    assertThat(conf.get(LofnConf.ENGINE_ATTEMPTS)).isEqualTo(5);
    assertThat(conf.find(LofnConf.RUN_TIMEOUT)).isEmpty();
    assertThat(conf.get(LofnConf.STOP_GRACE)).isEqualTo(Duration.ofSeconds(10));
    assertThat(conf.find(LofnConf.RUN_MAX_DISK)).isEmpty();
    assertThat(conf.get(LofnConf.RECORD_MAX_SIZE)).isEqualTo(RunOutput.DEFAULT_MAX_RECORD_SIZE);
    assertThat(conf.find(LofnConf.CPUS)).isEmpty();
    assertThat(conf.find(LofnConf.MEMORY)).isEmpty();
    assertThat(conf.get(LofnConf.PIDS)).isEqualTo(4096);
    assertThat(conf.get(LofnConf.REDUCE_FAN_IN)).isEqualTo(8);
    assertThat(conf.get(LofnConf.SWEEP_INTERVAL)).isEqualTo(Duration.ofMinutes(1));
    assertThat(conf.find(LofnConf.RUN_IDLE_TIMEOUT)).isEmpty();
    assertThat(conf.get(LofnConf.TMP_MIN_FREE)).isEqualTo(64L << 20);
    assertThat(conf.find(LofnConf.TMP_MEMORY_DIR)).isEmpty();
    assertThat(conf.find(LofnConf.HOST_PATH_MAP)).isEmpty();
    assertThat(conf.get(LofnConf.PROBE)).isEqualTo(Probe.AUTO);
    assertThat(conf.get(LofnConf.KEEP)).isEqualTo(KeepPolicy.NEVER);
    assertThat(conf.get(LofnConf.FAIL_FAST)).isFalse();
    assertThat(conf.get(LofnConf.FAIL_FAST_FAILURES)).isEqualTo(2);
    assertThat(conf.get(LofnConf.ALLOW_PRIVILEGED)).isFalse();
    assertThat(conf.get(LofnConf.ALLOW_HOST_NAMESPACES)).isFalse();
    assertThat(conf.get(LofnConf.ALLOW_ENGINE_SOCKET)).isFalse();
    assertThat(conf.find(LofnConf.VOLUMES_DIR)).isEmpty();
    assertThat(conf.get(LofnConf.VOLUMES_MAX_SIZE)).isEqualTo(100L << 30);
    assertThat(conf.find(LofnConf.VOLUMES_FILE_SYSTEM)).isEmpty();
    assertThat(conf.get(LofnConf.VOLUMES_TIMEOUT)).isEqualTo(Duration.ofHours(2));
    assertThat(conf.get(LofnConf.PIPES)).isTrue();
    assertThat(LofnConf.KEYS).hasSize(42);
  }

  @Test
  void aRecordIsAnArrayAtMost() {
    String key = LofnConf.RECORD_MAX_SIZE.name();

    assertThat(new LofnConf(Map.of(key, "2047m")).get(LofnConf.RECORD_MAX_SIZE))
        .isEqualTo(2047L << 20);
    assertThatThrownBy(() -> new LofnConf(Map.of(key, "2g")).get(LofnConf.RECORD_MAX_SIZE))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining(key)
        .hasMessageContaining("at most 2146435072 bytes");
  }

  @Test
  void unitsAreThoseOfSpark() {
    LofnConf conf =
        new LofnConf(
            Map.of(
                "spark.lofn.container.memory", "2g",
                "spark.lofn.run.timeout", "1500ms",
                "spark.lofn.runtime", "cli, docker",
                "spark.lofn.image.pullPolicy", "Never"));

    assertThat(conf.find(LofnConf.MEMORY)).contains(2L << 30);
    assertThat(conf.find(LofnConf.RUN_TIMEOUT)).contains(Duration.ofMillis(1500));
    assertThat(conf.get(LofnConf.RUNTIME)).containsExactly("cli", "docker");
    assertThat(conf.get(LofnConf.PULL_POLICY)).isEqualTo(PullPolicy.NEVER);
  }

  @ParameterizedTest
  @CsvSource({
    "spark.lofn.runtme, spark.lofn.runtime",
    "spark.lofn.container.memmory, spark.lofn.container.memory",
    "spark.lofn.fake.sokcet, spark.lofn.fake.socket",
    "spark.lofn.Runtime, spark.lofn.runtime"
  })
  void aMisspeltKeyIsAnsweredWithTheNearest(String key, String nearest) {
    LofnConf conf = new LofnConf(Map.of(key, "x"));

    assertThatThrownBy(() -> conf.requireValid(List.of(FakeProvider.usable("fake", 1))))
        .isInstanceOf(LofnException.class)
        .hasMessage("Unknown configuration key " + key + "; did you mean " + nearest + "?");
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
    LofnConf conf = new LofnConf(Map.of(key, value));

    assertThatThrownBy(() -> conf.requireValid(List.of()))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining(key + " = '" + value + "'");
  }

  @Test
  void aRuntimeSeesItsOwnKeysOnly() {
    LofnConf conf =
        new LofnConf(
            Map.of(
                "spark.lofn.fake.socket", "/run/x",
                "spark.lofn.other.socket", "/run/y",
                "spark.lofn.engine.timeout", "5s"));

    assertThat(conf.runtimeConfig("fake").property("socket")).contains("/run/x");
    assertThat(conf.runtimeConfig("fake").callTimeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(conf.runtimeConfig("fak").property("e.socket")).isEmpty();
  }
}
