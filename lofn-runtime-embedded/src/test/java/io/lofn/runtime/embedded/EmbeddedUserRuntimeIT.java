package io.lofn.runtime.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.files.FileTree;
import io.lofn.files.FileUser;
import io.lofn.files.Writers;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/**
 * The contract as an ordinary user without an entry in passwd, in a JVM of its own; each of its
 * tests is one here. Where the tests are run by such a user, it is this one.
 */
@Timeout(value = 16, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EmbeddedUserRuntimeIT {

  private static final int USER = 31337;

  /** The contract has more, and what does not run must not look as if it had passed. */
  private static final int FEWEST = 150;

  private Path base;
  private boolean isRoot;

  @BeforeEach
  void makeDirectory() throws IOException {
    base = Files.createTempDirectory(Path.of("/var/tmp"), "lofn-user-test-");
    Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxr-xr-x"));
    isRoot = FileUser.find().uid() == 0;
    give(Files.createDirectory(base.resolve("tmp")));
    Files.copy(Path.of("../docs/runtimes.md"), base.resolve("runtimes.md"));
    open(base.resolve("runtimes.md"));
  }

  @AfterEach
  void deleteDirectory() throws IOException {
    FileTree.delete(base, Writers.GONE);
  }

  @TestFactory
  List<DynamicTest> keepsTheContractWithoutControlGroups() throws Exception {
    return runAll("");
  }

  /** As on many nodes of HPC clusters; only root can hide them for this test. */
  @TestFactory
  List<DynamicTest> endsContainersWhereProcHidesTheProcessesOfOthers() throws Exception {
    String mount = "mount -t proc -o hidepid=2 proc /proc; exec \"$@\"";
    List<String> hiding =
        isRoot ? List.of("unshare", "--mount", "sh", "-ec", mount, "sh") : List.of();
    List<String> tests =
        Stream.of(
                "endsAToolThatDoesNotHandleSignals",
                "killsAToolThatDoesNotEndWithinTheGrace",
                "killsAtOnceWithoutAGrace",
                "killsTheProcessesThatTheToolStarted",
                "killsAndRemovesWhenClosed")
            .map(method -> ContractOfUser.class.getName() + "#" + method)
            .toList();
    List<DynamicTest> ran = run(hiding, "", tests);
    assertThat(ran).hasSize(tests.size());
    return ran;
  }

  @TestFactory
  List<DynamicTest> keepsTheContractWithControlGroupsThatAreDelegated() throws Exception {
    try (CgroupParent parent = CgroupParent.make()) {
      if (isRoot) {
        parent.give(USER);
      }
      return runAll(parent.path());
    }
  }

  private List<DynamicTest> runAll(String cgroupParent) throws Exception {
    List<DynamicTest> tests = run(List.of(), cgroupParent, List.of(ContractOfUser.class.getName()));
    assertThat(tests).hasSizeGreaterThan(FEWEST);
    return tests;
  }

  private List<DynamicTest> run(List<String> prefix, String cgroupParent, List<String> tests)
      throws Exception {
    List<String> command = new ArrayList<>(prefix);
    Path results = base.resolve("tmp/results");
    Path output = base.resolve("output");
    command.addAll(command(results, cgroupParent, tests));
    Process child =
        new ProcessBuilder(command)
            .directory(base.resolve("tmp").toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(child.waitFor(15, TimeUnit.MINUTES)).as("ends in time").isTrue();
    } finally {
      child.destroyForcibly();
    }
    assertThat(child.exitValue()).as(Files.readString(output)).isZero();
    return Files.readAllLines(results).stream().map(this::test).toList();
  }

  private DynamicTest test(String line) {
    String[] fields = line.split("\t", -1);
    String stack = decoded(fields[2]);
    return DynamicTest.dynamicTest(
        decoded(fields[1]), () -> assertThat(fields[0]).as(stack).isEqualTo("SUCCESSFUL"));
  }

  private static String decoded(String text) {
    return new String(Base64.getDecoder().decode(text), UTF_8);
  }

  private List<String> command(Path results, String cgroupParent, List<String> tests)
      throws Exception {
    List<String> command = new ArrayList<>();
    if (isRoot) {
      command.addAll(asUser());
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Djava.io.tmpdir=" + base.resolve("tmp"));
    command.add("-Dlofn.test.runtimes=" + base.resolve("runtimes.md"));
    command.add("-D" + ContractOfUser.PARENT + "=" + cgroupParent);
    command.addAll(List.of("-cp", classPath(), TestsInChild.class.getName()));
    command.add(results.toString());
    command.addAll(tests);
    return command;
  }

  private static List<String> asUser() {
    return List.of("setpriv", "--reuid=" + USER, "--regid=" + USER, "--clear-groups");
  }

  /** The class path of this JVM; what the user may not read is copied. */
  private String classPath() throws Exception {
    List<String> entries = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path path = Path.of(entry);
      if (isRoot && Files.exists(path) && !isReadable(path)) {
        path = copy(path, base.resolve(entries.size() + "-" + path.getFileName()));
      }
      entries.add(path.toAbsolutePath().toString());
    }
    return String.join(File.pathSeparator, entries);
  }

  private static boolean isReadable(Path path) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(asUser());
    command.addAll(List.of("test", "-r", path.toString()));
    return new ProcessBuilder(command).start().waitFor() == 0;
  }

  private static Path copy(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes)
              throws IOException {
            Files.createDirectories(to.resolve(from.relativize(path).toString()));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes)
              throws IOException {
            open(Files.copy(path, to.resolve(from.relativize(path).toString())));
            return FileVisitResult.CONTINUE;
          }
        });
    return to;
  }

  private static void open(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
  }

  private void give(Path path) throws IOException {
    if (isRoot) {
      Files.setAttribute(path, "unix:uid", USER);
      Files.setAttribute(path, "unix:gid", USER);
    }
  }
}
