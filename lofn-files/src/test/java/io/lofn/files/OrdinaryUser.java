package io.lofn.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Runs programs as a user to whom file modes apply: many build servers run tests as root, for whom
 * they do not. Has a directory in which this user has all permissions.
 */
final class OrdinaryUser implements AutoCloseable {

  private static final String NOBODY = "65534";

  private final boolean isRoot;
  private final Path base;

  OrdinaryUser() throws IOException {
    base = Files.createTempDirectory(anyDirectory(), "lofn-files-");
    Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxr-xr-x"));
    isRoot = Integer.valueOf(0).equals(Files.getAttribute(base, "unix:uid"));
    Files.createDirectory(directory());
    give(directory());
  }

  /**
   * A directory in which every user can create files; java.io.tmpdir may not be accessible for
   * other users. In memory if possible, since tests create trees of thousands of directories.
   */
  static Path anyDirectory() {
    Path memory = Path.of("/dev/shm");
    return Files.isWritable(memory) ? memory : Path.of("/tmp");
  }

  /** Of this user, for trees. */
  Path directory() {
    return base.resolve("work");
  }

  /** Makes the user the owner of a file. */
  void give(Path path) throws IOException {
    if (isRoot) {
      Files.setOwner(
          path, path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(NOBODY));
    }
  }

  boolean isAnother() {
    return isRoot;
  }

  /**
   * Runs the main method of a class of this package as the user, which may not use libraries.
   *
   * @return what it printed
   */
  String run(Class<?> program, List<String> jvm, String... arguments)
      throws IOException, InterruptedException {
    Path classes = Files.createDirectories(base.resolve("classes"));
    copy(FileTree.class, classes);
    copy(OrdinaryUser.class, classes);
    List<String> command = new ArrayList<>();
    if (isRoot) {
      Collections.addAll(
          command, "setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups");
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvm);
    Collections.addAll(command, "-cp", classes.toString(), program.getName());
    Collections.addAll(command, arguments);
    return output(command);
  }

  private String output(List<String> command) throws IOException, InterruptedException {
    Path output = base.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .directory(directory().toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(2, TimeUnit.MINUTES);
    process.destroyForcibly();
    String text = Files.readString(output, UTF_8);
    assertThat(ended).as("ends in time: %s%n%s", command, text).isTrue();
    assertThat(process.exitValue()).as("exit code of %s%n%s", command, text).isZero();
    return text;
  }

  private static void copy(Class<?> one, Path classes) throws IOException {
    Path from;
    try {
      from = Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
    Path there = from.resolve("io/lofn/files");
    Path here = Files.createDirectories(classes.resolve("io/lofn/files"));
    try (Stream<Path> files = Files.list(there)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path copy = here.resolve(file.getFileName());
        if (!Files.exists(copy)) {
          Files.copy(file, copy);
          Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-r--r--"));
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    FileTree.delete(base, Writers.GONE);
    assertThat(Files.exists(base, LinkOption.NOFOLLOW_LINKS)).isFalse();
  }
}
