package io.lofn.runtime.embedded.helper;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.files.FileUser;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The helper itself, a small image of busybox, and somebody who runs it. */
final class Lab implements AutoCloseable {

  /** Who starts the helper. */
  enum Who {
    ROOT,
    USER;

    static Stream<Who> all() {
      return isRoot() ? Stream.of(ROOT, USER) : Stream.of(USER);
    }
  }

  private static final int ANOTHER = 61234;
  private static final String PROGRAMS =
      "sh cat ls id mount env true false sleep stat grep echo kill ps hostname ip touch rm mkdir"
          + " ln head wc df dd readlink tr chmod cp test pwd umount chown nice seq od sort mv";

  final Who who;
  final Path base;

  Lab(Who who) {
    this(who, program());
  }

  Lab(Who who, Path program) {
    this.who = who;
    try {
      // Not below java.io.tmpdir, which another user may be unable to enter.
      base = Files.createTempDirectory(Path.of("/tmp"), "lofn-helper-");
      mode(base, "rwxr-xr-x");
      Files.copy(program, helper());
      mode(helper(), "rwxr-xr-x");
      Files.createDirectory(base.resolve("scratch"));
      Files.createDirectories(root().resolve("bin"));
      Files.createDirectory(root().resolve("etc"));
      Files.copy(Path.of("/bin/busybox"), root().resolve("bin/busybox"));
      for (String name : PROGRAMS.split(" ", -1)) {
        Files.createSymbolicLink(root().resolve("bin").resolve(name), Path.of("busybox"));
      }
      give(base);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static boolean isRoot() {
    try {
      return FileUser.find().uid() == 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The helper that the build made for this machine. */
  static Path program() {
    String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    String name = "lofn-run-" + (arch.equals("amd64") ? "x86_64" : arch);
    return Path.of("target/classes/io/lofn/runtime/embedded").resolve(name).toAbsolutePath();
  }

  Path helper() {
    return base.resolve("lofn-run");
  }

  Path root() {
    return base.resolve("root");
  }

  /** The user and group who start the helper. */
  int id() throws IOException {
    return (Integer) Files.getAttribute(base, "unix:uid");
  }

  private boolean isAnother() {
    return who == Who.USER && isRoot();
  }

  /** Gives a tree to who starts the helper. */
  void give(Path tree) throws IOException {
    if (!isAnother()) {
      return;
    }
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.setAttribute(file, "unix:uid", ANOTHER, java.nio.file.LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(file, "unix:gid", ANOTHER, java.nio.file.LinkOption.NOFOLLOW_LINKS);
      }
    }
  }

  /** A directory of who starts the helper. */
  Path directory(String name) throws IOException {
    Path directory = Files.createDirectories(base.resolve(name));
    give(directory);
    return directory;
  }

  private static void mode(Path file, String mode) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  /** What every run needs, for user 0 in the container. */
  Document document() {
    return new Document()
        .with("root", root().toString())
        .with("scratch", base.resolve("scratch").toString())
        .with("ids", "0", "0")
        .with("env", "PATH=/bin");
  }

  Document as(int uid, int gid) {
    return document().without("ids").with("ids", "" + uid, "" + gid);
  }

  List<String> command(String... arguments) {
    List<String> command = new ArrayList<>(List.of(helper().toString()));
    command.addAll(List.of(arguments));
    return as(command);
  }

  /** A command that the one who starts the helper runs. */
  List<String> as(List<String> program) {
    List<String> command = new ArrayList<>();
    if (isAnother()) {
      String id = Integer.toString(ANOTHER);
      command.addAll(List.of("setpriv", "--reuid", id, "--regid", id, "--clear-groups"));
    }
    command.addAll(program);
    return command;
  }

  Process start(byte[] document, byte[] input) throws IOException {
    Process process = new ProcessBuilder(command()).start();
    write(process, document, input);
    return process;
  }

  private static void write(Process process, byte[] document, byte[] input) {
    try (OutputStream out = process.getOutputStream()) {
      out.write(document);
      out.write(input);
    } catch (IOException e) {
      // A bad document is not read to its end.
    }
  }

  /** Starts a run and waits until its tool runs. */
  Process started(Document document) throws IOException {
    Process process = start(document.bytes(), new byte[0]);
    assertThat(line(process.getErrorStream())).startsWith("started ");
    return process;
  }

  static String line(InputStream stream) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = stream.read(); c >= 0 && c != '\n'; c = stream.read()) {
      line.append((char) c);
    }
    return line.toString();
  }

  Outcome run(Document document) throws Exception {
    return run(document.bytes(), "");
  }

  Outcome run(byte[] document, String input) throws Exception {
    Process process = new ProcessBuilder(command()).start();
    CompletableFuture<Void> written =
        CompletableFuture.runAsync(() -> write(process, document, input.getBytes(UTF_8)));
    Outcome outcome = outcome(process);
    written.get(60, TimeUnit.SECONDS);
    return outcome;
  }

  Outcome runFile(Document document, String... options) throws Exception {
    Path file = base.resolve("document");
    Files.write(file, document.whole());
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.add(Math.min(1, arguments.size()), file.toString());
    Process process = new ProcessBuilder(command(arguments.toArray(new String[0]))).start();
    process.getOutputStream().close();
    return outcome(process);
  }

  static Outcome outcome(Process process) throws Exception {
    CompletableFuture<String> error =
        CompletableFuture.supplyAsync(() -> read(process.getErrorStream()));
    CompletableFuture<String> output =
        CompletableFuture.supplyAsync(() -> read(process.getInputStream()));
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("does not end: " + output.get() + error.get());
    }
    return new Outcome(process.exitValue(), output.get(), error.get());
  }

  private static String read(InputStream stream) {
    try {
      return new String(stream.readAllBytes(), ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    try (Stream<Path> files = Files.walk(base)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /**
   * How a run ended.
   *
   * @param code its exit code
   * @param output its standard output
   * @param all its standard error with the helper's own line
   */
  record Outcome(int code, String output, String all) {

    boolean isStarted() {
      return all.startsWith("started ");
    }

    /** The standard error of the tool. */
    String error() {
      return isStarted() ? all.substring(all.indexOf('\n') + 1) : all;
    }

    String succeeded() {
      assertThat(code).as("%s", this).isZero();
      return output;
    }
  }
}
