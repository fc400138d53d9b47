package io.lofn.spark.executor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.core.node.ProcessUser;
import io.lofn.files.FileTree;
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
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Two ordinary users of one node, neither of whom need have a name, with a directory that both may
 * write, as all may write {@code /tmp}. Where the tests do not run as root, both are the same.
 */
public final class Neighbours implements AutoCloseable {

  static final int VICTIM = 65533;
  public static final int ATTACKER = 65532;

  private static final Pattern NEEDED =
      Pattern.compile(
          "(guava|failureaccess|slf4j-api|jakarta\\.inject|jspecify|lofn-|commons-lang3|spark-network-common|spark-common-utils)[^/]*\\.jar");

  private final Path base = Files.createTempDirectory(Path.of("/tmp"), "lofn-neighbours-");
  private final boolean isRoot;
  private String classPath = "";

  public Neighbours() throws IOException {
    isRoot = Integer.valueOf(0).equals(Files.getAttribute(base, "unix:uid"));
    Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** A new directory that all may write. */
  public Path shared() throws IOException {
    Path shared = Files.createTempDirectory(base, "tmp");
    Files.setAttribute(shared, "unix:mode", 01777);
    return shared;
  }

  public boolean areTwo() {
    return isRoot;
  }

  /** What lofn calls the victim's own directories. */
  public String home() {
    return "lofn-" + (isRoot ? VICTIM : ProcessUser.current().uid());
  }

  public void attack(Path directory, String script) throws Exception {
    shell(ATTACKER, directory, script);
  }

  public void asVictim(Path directory, String script) throws Exception {
    shell(VICTIM, directory, script);
  }

  private void shell(int user, Path directory, String script) throws Exception {
    String all = "cd \"$1\"; umask 022; " + script;
    assertThat(output(user, List.of("sh", "-ec", all, "sh", directory.toString()))).isEmpty();
  }

  /** Runs a main method as the victim, and gives what it printed. */
  public String run(Class<?> program, String... arguments) throws Exception {
    if (classPath.isEmpty()) {
      copyClasses();
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    Collections.addAll(command, "-cp", classPath, program.getName());
    Collections.addAll(command, arguments);
    return output(VICTIM, command);
  }

  private String output(int user, List<String> command) throws Exception {
    List<String> all = new ArrayList<>();
    if (isRoot) {
      Collections.addAll(all, "setpriv", "--reuid=" + user, "--regid=" + user, "--clear-groups");
    }
    all.addAll(command);
    Path output = base.resolve("output");
    Process process =
        new ProcessBuilder(all)
            .directory(base.toFile())
            .redirectError(base.resolve("error").toFile())
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(1, TimeUnit.MINUTES);
    process.destroyForcibly();
    String text = Files.readString(output, UTF_8);
    String error = Files.readString(base.resolve("error"), UTF_8);
    assertThat(ended).as("ends in time: %s%n%s%s", command, text, error).isTrue();
    assertThat(process.exitValue()).as("%s%n%s%s", command, text, error).isZero();
    return text;
  }

  /** To where every user may read them. */
  private void copyClasses() throws IOException {
    List<String> copies = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path from = Path.of(entry);
      Path to = base.resolve("classes" + copies.size());
      if (Files.isDirectory(from)) {
        copy(from, to);
        copies.add(to.toString());
      } else if (NEEDED.matcher(from.getFileName().toString()).matches()) {
        Files.copy(from, to);
        Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rw-r--r--"));
        copies.add(to.toString());
      }
    }
    classPath = String.join(File.pathSeparator, copies);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : (Iterable<Path>) all::iterator) {
        boolean directory = Files.isDirectory(each);
        Path copy = to.resolve(from.relativize(each).toString());
        Files.copy(each, copy);
        Files.setPosixFilePermissions(
            copy, PosixFilePermissions.fromString(directory ? "rwxr-xr-x" : "rw-r--r--"));
      }
    }
  }

  @Override
  public void close() throws IOException {
    FileTree.delete(base, Writers.GONE);
  }
}
