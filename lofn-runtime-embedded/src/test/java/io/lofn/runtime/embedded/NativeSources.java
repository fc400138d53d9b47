package io.lofn.runtime.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The sources of lofn-run and the compilers of this machine. */
final class NativeSources {

  static final Path MAIN = Path.of("src/main").toAbsolutePath();
  static final Path TESTS = Path.of("src/test/c").toAbsolutePath();

  private NativeSources() {}

  /** The architecture of this machine, as lofn-run's file names have it. */
  static String here() {
    String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    return arch.equals("amd64") ? "x86_64" : arch;
  }

  /** Writes the header of the seccomp filter, and returns what the compiler needs to know of it. */
  static List<String> filterHeader(String arch, Path directory) {
    Path header = directory.resolve("filter-" + arch + ".h");
    Path seccomp = MAIN.resolve("seccomp");
    Output made =
        run(
            Map.of(),
            "awk",
            "-v",
            "arch=" + arch,
            "-f",
            seccomp.resolve("filter.awk").toString(),
            seccomp.resolve("calls.txt").toString());
    write(header, made.succeeded());
    return List.of("-I" + seccomp, "-DFILTER_HEADER=\"" + header + "\"");
  }

  /** Compiles a program of the tests for this machine. */
  static Path compile(String source, Path directory, List<String> options) {
    Path program = directory.resolve(source.replace(".c", ""));
    List<String> command =
        new ArrayList<>(List.of("gcc", "-std=c11", "-O1", "-Wall", "-Wextra", "-Werror"));
    command.addAll(options);
    command.addAll(List.of("-o", program.toString(), TESTS.resolve(source).toString()));
    run(Map.of(), command.toArray(new String[0])).succeeded();
    return program;
  }

  static Output run(Map<String, String> environment, String... command) {
    try {
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().putAll(environment);
      Path error = Files.createTempFile("native", ".err");
      try {
        Process process = builder.redirectError(error.toFile()).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Output(process.waitFor(), output, Files.readString(error));
      } finally {
        Files.delete(error);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  record Output(int code, String output, String error) {

    String succeeded() {
      if (code != 0) {
        throw new AssertionError("exit code " + code + ": " + error);
      }
      return output;
    }
  }
}
