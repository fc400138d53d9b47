package io.lofn.runtime.cli.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.lofn.api.EngineException;
import io.lofn.spi.ContainerSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ContainerRecordsTest {

  @TempDir Path parent;

  private Path directory() {
    return parent.resolve("state");
  }

  private ContainerRecords records() {
    return ContainerRecords.in(directory());
  }

  /** A process with the cookie, and one that it leaves behind. */
  private static Process tool(String id) throws IOException {
    ProcessBuilder builder = new ProcessBuilder("sh", "-c", "sleep 600 & sleep 600");
    builder.environment().put(Cookie.NAME, id);
    return builder.start();
  }

  private void write(String id, ContainerRecord record) throws IOException {
    Files.writeString(directory().resolve(id + ".json"), record.toJson());
  }

  @Test
  void whatAKilledOwnerLeftIsFoundAndEnded() throws Exception {
    ContainerRecords records = records();
    Process tool = tool("left");
    ProcessId dead = new ProcessId(ProcessHandle.current().pid(), 1);
    ProcessId process = ProcessId.of(tool.pid()).orElseThrow();
    write(
        "left",
        new ContainerRecord(
            ContainerRecord.here(), dead, Optional.of(process), Map.of("a", "ü \"x\"")));

    assertThat(records.list(Map.of("a", "ü \"x\"")))
        .containsExactly(new ContainerSummary("left", "left", Map.of("a", "ü \"x\""), true));
    assertThat(records.list(Map.of("a", "other"))).isEmpty();

    records.remove("left");

    assertThat(tool.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(records.list(Map.of())).isEmpty();
    records.remove("left");
  }

  @Test
  void aDeadContainerOfADeadOwnerIsSweptWithWhatItStarted() throws Exception {
    ContainerRecords records = records();
    Process tool = tool("swept");
    ProcessId dead = new ProcessId(ProcessHandle.current().pid(), 1);
    write("swept", new ContainerRecord(ContainerRecord.here(), dead, Optional.of(dead), Map.of()));
    assertThat(records.list(Map.of())).isEmpty();
    assertThat(tool.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(directory()).isEmptyDirectory();
  }

  @Test
  void recordsOfAnotherNamespaceAreLeftAloneAndOfAnEarlierBootForgotten() throws Exception {
    ContainerRecords records = records();
    ProcessId dead = new ProcessId(1, 1);
    String boot = ContainerRecord.here().split(" ", 2)[0];
    write("else", new ContainerRecord(boot + " pid:[1]", dead, Optional.empty(), Map.of()));
    write("earlier", new ContainerRecord("boot pid:[1]", dead, Optional.empty(), Map.of()));
    Files.writeString(directory().resolve("odd.json"), "no record");
    assertThat(records.list(Map.of())).isEmpty();
    assertThat(directory()).isDirectoryNotContaining(file -> file.endsWith("earlier.json"));
    assertThat(directory().resolve("else.json")).exists();
  }

  @Test
  void aNameIsTakenOnce() {
    ContainerRecords records = records();
    records.add("name", Map.of());
    assertThatThrownBy(() -> records.add("name", Map.of()))
        .asInstanceOf(type(EngineException.class))
        .matches(EngineException::isTransient);
    records.remove("name");
    records.add("name", Map.of());
  }

  @Test
  void aDirectoryThatOthersCanWriteIsNotTrusted() throws Exception {
    Files.createDirectory(directory());
    Files.setPosixFilePermissions(directory(), PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatThrownBy(this::records)
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("spark.lofn.cli.state");
    Files.delete(directory());
    Files.createSymbolicLink(directory(), parent);
    assertThatThrownBy(this::records).isInstanceOf(EngineException.class);
  }
}
