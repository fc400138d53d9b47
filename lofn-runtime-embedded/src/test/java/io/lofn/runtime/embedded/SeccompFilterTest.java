package io.lofn.runtime.embedded;

import static io.lofn.runtime.embedded.CallTable.ENOSYS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SeccompFilterTest {

  private static final Map<String, Long> AUDIT =
      Map.of("x86_64", 0xC000003EL, "aarch64", 0xC00000B7L);

  /** What tests of arguments compare with, and what is next to it. */
  private static final long[] VALUES = {
    0,
    1,
    7,
    8,
    9,
    17,
    37,
    38,
    39,
    40,
    41,
    0x7e020000L,
    0x00020000L,
    0x02000000L,
    0x04000000L,
    0x10000000L,
    0x20000,
    0x20001,
    0x20008,
    0x20009,
    0x01200011L,
    0x7fffffff,
    0xfffffffeL,
    0xffffffffL
  };

  @TempDir static Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"x86_64", "aarch64"})
  void everyNumberGetsTheAnswerOfTheTable(String arch) throws IOException {
    assertThat(differences(arch, Set.of())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"x86_64", "aarch64"})
  void aCapabilityThatIsKeptAllowsItsCallsAndNoOthers(String arch) throws IOException {
    for (String capability : CallTable.CAPABILITIES.keySet()) {
      assertThat(differences(arch, Set.of(capability))).as(capability).isEmpty();
    }
    assertThat(differences(arch, CallTable.CAPABILITIES.keySet())).as("all").isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"x86_64", "aarch64"})
  void capabilitiesWithoutCallsOfTheirOwnChangeNothing(String arch) {
    long others = -1L;
    for (int known : CallTable.CAPABILITIES.values()) {
      others &= ~(1L << known);
    }
    assertThat(dump(arch, others)).isEqualTo(dump(arch, 0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"x86_64", "aarch64"})
  void aCallOfAnotherArchitectureEndsTheProcess(String arch) {
    for (long bits : new long[] {0, -1L}) {
      FilterProgram filter = new FilterProgram(dump(arch, bits));
      // i386, arm, ppc64le, s390x, riscv64, the other one, and this one in the other byte order
      for (long other :
          new long[] {0x40000003L, 0x40000028L, 0xC0000015L, 0x80000016L, 0xC00000F3L, 0}) {
        for (long number = 0; number < 600; number++) {
          assertThat(filter.answer(other, number, new long[6])).isEqualTo("kill");
        }
      }
      String second = arch.equals("x86_64") ? "aarch64" : "x86_64";
      assertThat(filter.answer(AUDIT.get(second), 0, new long[6])).isEqualTo("kill");
    }
  }

  @Test
  void callsOfX32AreUnknown() {
    for (long bits : new long[] {0, -1L}) {
      FilterProgram filter = new FilterProgram(dump("x86_64", bits));
      for (long number = 0; number < 600; number++) {
        assertThat(filter.answer(AUDIT.get("x86_64"), number | 0x40000000L, new long[6]))
            .isEqualTo(ENOSYS);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "read, 0, allow",
    "execve, 0, allow",
    "ptrace, 0, allow",
    "fchmodat2, 0, allow",
    "unshare, 0x10000000, EPERM",
    "mount, 0, EPERM",
    "umount2, 0, EPERM",
    "pivot_root, 0, EPERM",
    "chroot, 0, EPERM",
    "keyctl, 0, EPERM",
    "add_key, 0, EPERM",
    "bpf, 0, EPERM",
    "io_uring_setup, 0, EPERM",
    "kexec_load, 0, EPERM",
    "userfaultfd, 0, EPERM",
    "clone3, 0, ENOSYS",
    "clone, 0x01200011, allow",
    "clone, 0x10000011, EPERM",
    "clone, 0x100000010000011, EPERM",
    "clone, 0x00020011, EPERM",
    "socket, 1, allow",
    "socket, 2, allow",
    "socket, 16, allow",
    "socket, 38, EPERM",
    "socket, 0x100000026, EPERM",
    "socket, 40, EPERM",
    "socket, 0x100000028, EPERM",
    "socket, 0x8000000000000028, EPERM",
    "socket, 44, allow",
    "personality, 0xffffffff, allow",
    "personality, 0x40000, EPERM",
    "personality, 0x100000000, allow",
  })
  void bothArchitecturesAnswerAsDockerMeansIt(String call, String argument, String answer)
      throws IOException {
    for (String arch : AUDIT.keySet()) {
      long[] arguments = new long[6];
      arguments[0] =
          Long.parseUnsignedLong(argument.replace("0x", ""), argument.startsWith("0x") ? 16 : 10);
      int number = new CallTable(arch).number(call);
      assertThat(new FilterProgram(dump(arch, 0)).answer(AUDIT.get(arch), number, arguments))
          .as(arch)
          .isEqualTo(answer);
    }
  }

  @Test
  void theKernelAnswersByItAndTakesItWithoutPrivileges() {
    Path probe = Probe.compile(NativeSources.here(), directory);
    String output = NativeSources.run(Map.of(), probe.toString(), "install").succeeded();
    assertThat(Probe.read(output))
        .containsExactlyInAnyOrderEntriesOf(Probe.inside(NativeSources.here()));
  }

  @Test
  void aCallIsAnsweredByFewComparisons() {
    assertThat(new FilterProgram(dump("x86_64", 0)).length()).isLessThan(200);
    assertThat(new FilterProgram(dump("aarch64", 0)).length()).isLessThan(200);
  }

  @Test
  void theTableHasTheNumbersOfThisMachinesHeaders() throws IOException {
    Path source = directory.resolve("numbers.c");
    NativeSources.write(source, "#include <asm/unistd.h>\n");
    String macros = NativeSources.run(Map.of(), "gcc", "-E", "-dM", source.toString()).succeeded();
    Map<String, Integer> numbers = new CallTable(NativeSources.here()).numbers();
    List<MatchResult> defined =
        Pattern.compile("#define __NR_(\\w+) (\\d+)").matcher(macros).results().toList();
    assertThat(defined).hasSizeGreaterThan(250);
    int newest = numbers.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
    for (MatchResult one : defined) {
      if (Integer.parseInt(one.group(2)) <= newest
          && !one.group(1).matches("syscalls|arch_specific_syscall")) {
        assertThat(numbers).containsEntry(one.group(1), Integer.valueOf(one.group(2)));
      }
    }
  }

  @Test
  void theTableIsSorted() throws IOException {
    List<String> names = new ArrayList<>();
    for (String line : Files.readAllLines(NativeSources.MAIN.resolve("seccomp/calls.txt"))) {
      if (!line.startsWith("#")) {
        names.add(line.substring(0, line.indexOf(' ')));
      }
    }
    assertThat(names).isSorted().doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @CsvSource({
    "reed 0 63 alow, unknown word alow",
    "read 0 63 CAP_SYS_ADMEN, unknown capability CAP_SYS_ADMEN",
    "read 0 allow, 'a name, two numbers and what happens are missing'",
    "read 0 63 arg6=1, unknown word arg6=1",
    "read 0 63 arg0!1, unknown word arg0!1",
  })
  void aMistakeInTheTableEndsTheBuildWithItsLine(String line, String why) {
    NativeSources.Output made = filter("# a comment\n" + line + "\n");
    assertThat(made.code()).isEqualTo(1);
    assertThat(made.error()).contains("calls.txt:2: ").contains(why).hasLineCount(1);
    assertThat(made.output()).isEmpty();
  }

  @Test
  void aNumberThatIsThereTwiceEndsTheBuild() {
    assertThat(filter("read 0 63 allow\nwrite 0 64 deny\n").error())
        .contains("calls.txt:2: 0 is there twice");
  }

  private NativeSources.Output filter(String table) {
    Path calls = directory.resolve("calls.txt");
    NativeSources.write(calls, table);
    String program = NativeSources.MAIN.resolve("seccomp/filter.awk").toString();
    return NativeSources.run(Map.of(), "awk", "-v", "arch=x86_64", "-f", program, calls.toString());
  }

  private List<String> differences(String arch, Set<String> capabilities) throws IOException {
    long bits = 0;
    for (String capability : capabilities) {
      bits |= 1L << CallTable.CAPABILITIES.get(capability);
    }
    FilterProgram filter = new FilterProgram(dump(arch, bits));
    CallTable table = new CallTable(arch);
    List<String> differences = new ArrayList<>();
    for (long number = -2; number <= 600; number++) {
      for (long value : VALUES) {
        for (long high : new long[] {0, 1L << 32, 1L << 63, -1L << 32}) {
          long[] arguments = {value | high, value, 38, 38, 38, 38};
          String expected = table.answer(number, arguments, capabilities);
          String answer = filter.answer(AUDIT.get(arch), number, arguments);
          if (!answer.equals(expected)) {
            differences.add(number + "(" + value + "): " + answer + " in place of " + expected);
          }
        }
      }
    }
    return differences;
  }

  private String dump(String arch, long capabilities) {
    Path program = directory.resolve(arch);
    if (!Files.exists(program)) {
      Path built =
          NativeSources.compile(
              "filter_dump.c", directory, NativeSources.filterHeader(arch, directory));
      if (!built.toFile().renameTo(program.toFile())) {
        throw new AssertionError("cannot rename " + built);
      }
    }
    return NativeSources.run(Map.of(), program.toString(), Long.toUnsignedString(capabilities))
        .succeeded();
  }
}
