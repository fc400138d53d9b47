package io.lofn.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.ContainerSettings;
import io.lofn.api.ResourceLimits;
import io.lofn.core.task.TaskIdentity;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RunVariablesTest {

  private static final TaskIdentity TASK = new TaskIdentity("app", 3, 14, 1, 99);

  private final ContainerSettings.Builder settings =
      ContainerSettings.defaults().toBuilder().user("1000:1000");

  private Map<String, String> ofImage = Map.of();
  private boolean temporary = true;
  private Optional<String> inputFile = Optional.empty();

  private Map<String, String> added() {
    return RunVariables.of(settings.build(), ofImage, TASK, temporary, inputFile);
  }

  @Test
  void sayWhichRunThisIs() {
    assertThat(added())
        .containsEntry("LOFN_PARTITION", "14")
        .containsEntry("LOFN_STAGE", "3")
        .containsEntry("LOFN_ATTEMPT", "1")
        .doesNotContainKey("LOFN_INPUT_FILE");

    inputFile = Optional.of("hdfs://n/part 1.txt");

    assertThat(added()).containsEntry("LOFN_INPUT_FILE", "hdfs://n/part 1.txt");
  }

  @ParameterizedTest
  @CsvSource({"4,4", "1.5,2", "0.25,1", "1,1", "2.01,3"})
  void theProcessorsOfTheQuotaAreAWholeNumberWhichLibrariesFollow(double quota, String cpus) {
    settings.limits(ResourceLimits.none().cpus(quota));

    for (String name :
        List.of(
            "LOFN_CPUS",
            "OMP_NUM_THREADS",
            "GOTO_NUM_THREADS",
            "OPENBLAS_NUM_THREADS",
            "MKL_NUM_THREADS",
            "VECLIB_MAXIMUM_THREADS",
            "NUMEXPR_NUM_THREADS")) {
      assertThat(added()).containsEntry(name, cpus);
    }
  }

  @Test
  void withoutAQuotaAToolMayUseTheNodeAndItsLibrariesDecide() {
    assertThat(added())
        .containsEntry("LOFN_CPUS", Integer.toString(Runtime.getRuntime().availableProcessors()))
        .doesNotContainKeys("OMP_NUM_THREADS", "LOFN_MEMORY");
  }

  @Test
  void theMemoryIsToldInBytesWhereItIsLimited() {
    settings.limits(ResourceLimits.none().memory(2L << 30));

    assertThat(added()).containsEntry("LOFN_MEMORY", "2147483648");
  }

  @Test
  void whatTheImageOrTheToolSetsStaysAsItIs() {
    settings.limits(ResourceLimits.none().cpus(4)).environment("OMP_NUM_THREADS", "1");
    settings.environment("TZ", "Europe/Berlin");
    ofImage = Map.of("HOME", "/home/jovyan", "MKL_NUM_THREADS", "2", "LC_ALL", "C");

    assertThat(added())
        .doesNotContainKeys("OMP_NUM_THREADS", "MKL_NUM_THREADS", "TZ", "HOME", "LC_ALL")
        .containsEntry("OPENBLAS_NUM_THREADS", "4");
  }

  @Test
  void localeAndTimeZoneAreTheSameWhereNobodySetsThem() {
    assertThat(added()).containsEntry("LC_ALL", "C.UTF-8").containsEntry("TZ", "UTC");
  }

  @ParameterizedTest
  @ValueSource(strings = {"LANG", "LC_ALL", "LC_COLLATE", "LC_CTYPE"})
  void aChoiceOfALocaleIsNotOverruled(String name) {
    ofImage = Map.of(name, "de_DE.UTF-8");
    assertThat(added()).doesNotContainKey("LC_ALL");

    ofImage = Map.of();
    settings.environment(name, "de_DE.UTF-8");
    assertThat(added()).doesNotContainKey("LC_ALL");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1000:1000", "12345", "0:0", "postgres"})
  void theHomeCanBeWrittenWhoeverTheUserIs(String user) {
    settings.user(user);

    assertThat(added()).containsEntry("HOME", "/tmp");
  }

  @Test
  void withoutATemporaryDirectoryOfTheRunsOwnTheHomeIsTheEngines() {
    temporary = false;

    assertThat(added()).doesNotContainKey("HOME");
  }
}
