package io.lofn.runtime.embedded.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.files.FileTree;
import io.lofn.files.FileUser;
import io.lofn.files.Writers;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs programs as a user who is not root, also where the test is; in the locale C. */
final class OrdinaryUser implements AutoCloseable {

  private static final long NOBODY = 65534;

  private final Path base;
  private final boolean isRoot;
  private final long uid;

  OrdinaryUser() throws IOException {
    Path memory = Path.of("/dev/shm");
    base = Files.createTempDirectory(Files.isWritable(memory) ? memory : Path.of("/tmp"), "lofn-");
    Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxr-xr-x"));
    isRoot = FileUser.find().uid() == 0;
    uid = isRoot ? NOBODY : FileUser.find().uid();
    Files.createDirectory(directory());
    if (isRoot) {
      Files.setAttribute(directory(), "unix:uid", (int) NOBODY);
      Files.setAttribute(directory(), "unix:gid", (int) NOBODY);
    }
  }

  /** Of this user. */
  Path directory() {
    return base.resolve("work");
  }

  long uid() {
    return uid;
  }

  /** Runs a class, whose class path is copied: the user may not enter the directories of others. */
  String run(Class<?> program, String... arguments) throws Exception {
    List<String> classPath = new ArrayList<>();
    Path copies = Files.createDirectories(base.resolve("classes"));
    for (String each : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path file = Path.of(each);
      String name = file.getFileName().toString();
      if (Files.isDirectory(file) || name.matches("(jackson|commons|lofn|slf4j|jspecify).*")) {
        Path copy = copies.resolve(classPath.size() + "-" + name);
        sh(List.of("cp", "-rL", each, copy.toString()));
        classPath.add(copy.toString());
      }
    }
    sh(List.of("chmod", "-R", "a+rX", copies.toString()));
    List<String> command = new ArrayList<>(asUser());
    Collections.addAll(
        command,
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-Dorg.slf4j.simpleLogger.logFile=System.err",
        "-cp",
        String.join(File.pathSeparator, classPath),
        program.getName());
    Collections.addAll(command, arguments);
    return sh(command);
  }

  void sh(String script) throws Exception {
    List<String> command = new ArrayList<>(asUser());
    Collections.addAll(command, "sh", "-ec", script);
    assertThat(sh(command)).isEmpty();
  }

  private List<String> asUser() {
    return isRoot
        ? List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups")
        : List.of();
  }

  private String sh(List<String> command) throws Exception {
    Path output = base.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    boolean ended = process.waitFor(2, TimeUnit.MINUTES);
    process.destroyForcibly();
    String said = Files.readString(output);
    assertThat(ended).as(said).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }

  @Override
  public void close() throws IOException {
    FileTree.delete(base, Writers.GONE);
  }
}
