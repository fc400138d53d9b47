package io.lofn.runtime.embedded.helper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HelperProgramTest {

  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String TEXT = "#!/bin/sh\necho \"said $*\"; cat; env\n";

  @TempDir private Path temporary;

  private Path directory;

  @BeforeEach
  void makeDirectory() throws Exception {
    directory = HelperProgram.privateDirectory(temporary.resolve("dir"));
  }

  private HelperProgram unpack(String text) {
    return HelperProgram.unpack(jar(text), "amd64", directory);
  }

  private static HelperProgram.Jar jar(String text) {
    return name ->
        name.equals("lofn-run-x86_64") ? Optional.of(text.getBytes(UTF_8)) : Optional.empty();
  }

  @Test
  void unpacksAProgramThatOnlyThisUserMayExecute() throws Exception {
    Path file = unpack(TEXT).path();
    assertThat(file).hasParent(directory.resolve("bin")).hasContent(TEXT);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rwx------");
    assertThat(directory.resolve("bin").toFile().list()).hasSize(1);
  }

  @Test
  void leavesTheSameProgramAsItIs() throws Exception {
    Path file = unpack(TEXT).path();
    Object before = Files.getAttribute(file, "unix:ino");
    assertThat(unpack(TEXT).path()).isEqualTo(file);
    assertThat(Files.getAttribute(file, "unix:ino")).isEqualTo(before);
  }

  @Test
  void replacesAProgramWhoseBytesHaveChanged() throws Exception {
    Path file = unpack(TEXT).path();
    Files.writeString(file, TEXT.replace("said", "lied"));
    assertThat(unpack(TEXT).path()).isEqualTo(file).hasContent(TEXT);
  }

  @Test
  void replacesALinkInItsPlace() throws Exception {
    Path file = unpack(TEXT).path();
    Path other = Files.copy(file, temporary.resolve("other"));
    Files.delete(file);
    Files.createSymbolicLink(file, other);
    assertThat(unpack(TEXT).path()).isRegularFile().isExecutable();
    assertThat(Files.isSymbolicLink(file)).isFalse();
  }

  @Test
  void keepsTheProgramsOfTwoVersionsApart() {
    assertThat(unpack(TEXT).path()).isNotEqualTo(unpack(TEXT + "\n").path());
  }

  @Test
  void saysThatTheBuildHadNoCompilerForAnArchitecture() {
    assertThatThrownBy(() -> HelperProgram.unpack(jar(TEXT), "aarch64", directory))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("no lofn-run for aarch64")
        .hasMessageContaining("aarch64-linux-gnu-gcc");
  }

  @Test
  void saysWhichArchitecturesThereAre() {
    assertThatThrownBy(() -> HelperProgram.unpack(jar(TEXT), "s390x", directory))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("s390x")
        .hasMessageContaining("x86_64 and aarch64");
  }

  @Test
  void refusesADirectoryThatOthersMayEnter() throws Exception {
    Path bin = Files.createDirectory(directory.resolve("bin"));
    Files.setPosixFilePermissions(bin, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThatThrownBy(() -> unpack(TEXT))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("open to other users")
        .hasMessageContaining("spark.lofn.embedded.dir");
  }

  @Test
  void refusesADirectoryThatIsALink() throws Exception {
    Path elsewhere = HelperProgram.privateDirectory(temporary.resolve("elsewhere"));
    Files.createSymbolicLink(directory.resolve("bin"), elsewhere);
    assertThatThrownBy(() -> unpack(TEXT))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("is a symbolic link");
    assertThat(elsewhere).isEmptyDirectory();
  }

  @Test
  void runsItWithoutAnyVariableOfThisProcess() {
    String said = unpack(TEXT).run(List.of("--one", "two"), "input\n".getBytes(UTF_8), SOON);
    assertThat(said).startsWith("said --one two\ninput\n");
    assertThat(said.lines().filter(line -> line.startsWith("HOME=") || line.startsWith("USER=")))
        .isEmpty();
  }

  @Test
  void saysWhatItWroteWhenItFails() {
    HelperProgram program = unpack("#!/bin/sh\necho no namespace >&2; exit 125\n");
    assertThatThrownBy(() -> program.run(List.of("--check"), new byte[0], SOON))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("exit code 125")
        .hasMessageContaining("no namespace");
  }

  @Test
  void endsItWhenItTakesTooLong() {
    HelperProgram program = unpack("#!/bin/sh\nexec sleep 600\n");
    assertThatThrownBy(() -> program.run(List.of(), new byte[0], Duration.ofMillis(50)))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("spark.lofn.engine.timeout");
  }

  @Test
  void saysThatAFileSystemForbidsPrograms() throws Exception {
    HelperProgram program = unpack(TEXT);
    // To the caller, the same as noexec: the kernel answers EACCES.
    Files.setPosixFilePermissions(program.path(), PosixFilePermissions.fromString("rw-------"));
    assertThatThrownBy(() -> program.check(SOON))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("noexec")
        .hasMessageContaining("spark.lofn.embedded.dir");
  }

  @Test
  @Timeout(60)
  void waitsUntilNoProcessHasTheProgramOpenForWriting() throws Exception {
    HelperProgram program = unpack(TEXT);
    FutureTask<String> run = new FutureTask<>(() -> program.run(List.of("one"), new byte[0], SOON));
    Thread thread = new Thread(run);
    try (FileChannel open = FileChannel.open(program.path(), StandardOpenOption.WRITE)) {
      assertThat(open.isOpen()).isTrue();
      thread.start();
      while (thread.getState() != Thread.State.TIMED_WAITING && !run.isDone()) {
        Thread.onSpinWait();
      }
    }
    assertThat(run.get(30, TimeUnit.SECONDS)).startsWith("said one");
  }

  @Test
  void repeatsNothingButWhatABusyProgramCauses() {
    AtomicInteger tries = new AtomicInteger();
    assertThat(
            HelperProgram.unlessBusy(
                () -> {
                  if (tries.incrementAndGet() == 1) {
                    throw new EngineException("cannot execute /lofn-run: ETXTBSY text file busy");
                  }
                  return "done";
                }))
        .isEqualTo("done");
    assertThatThrownBy(
            () ->
                HelperProgram.unlessBusy(
                    () -> {
                      tries.incrementAndGet();
                      throw new EngineException("cannot execute /lofn-run: EACCES");
                    }))
        .hasMessageContaining("EACCES");
    assertThat(tries).hasValue(3);
  }
}
