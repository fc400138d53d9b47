package io.lofn.runtime.embedded.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.lofn.api.EngineException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContainerRecordsTest {

  private static final ContainerProcesses PROCESSES = new ContainerProcesses(11, 22, 33, 44);

  @TempDir private Path directory;

  @Test
  void findsTheProcessesOfAContainerThatHasStarted() {
    ContainerRecords records = ContainerRecords.in(directory);
    records.reserve("one", Map.of("a", "b")).started(PROCESSES);
    assertThat(records.find("one")).contains(PROCESSES);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{\"a\":", "{\"a\":\"b\"}\n", "{\"a\":\"b\"}\n11 2"})
  void refusesForAMomentToFindAContainerThatIsStarting(String written) throws Exception {
    ContainerRecords records = ContainerRecords.in(directory);
    ContainerRecords.Reservation reservation = records.reserve("one", Map.of("a", "b"));
    Files.writeString(reservation.file(), written);
    assertThatThrownBy(() -> records.find("one"))
        .hasMessageContaining("Container one is still starting")
        .asInstanceOf(type(EngineException.class))
        .matches(EngineException::isTransient);
    reservation.delete();
    assertThat(records.find("one")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"two", "", "../one", "."})
  void findsNothingWithoutARecord(String id) {
    ContainerRecords records = ContainerRecords.in(directory);
    records.reserve("one", Map.of()).started(PROCESSES);
    assertThat(records.find(id)).isEmpty();
  }
}
