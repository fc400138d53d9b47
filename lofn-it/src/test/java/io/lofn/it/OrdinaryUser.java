package io.lofn.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A user of this machine who is not root and has no entry in passwd. Tests that become one need to
 * be root.
 *
 * @param id the number of the user and of its group
 */
record OrdinaryUser(int id) {

  /** A command that runs the one that follows it. */
  List<String> wrapper() {
    return List.of("setpriv", "--reuid=" + id, "--regid=" + id, "--clear-groups");
  }

  /** What a script prints; it may fail. */
  String tries(String script) {
    List<String> command = new ArrayList<>(wrapper());
    command.addAll(List.of("sh", "-c", script));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
      return output;
    } catch (IOException e) {
      throw new AssertionError("Cannot run " + command, e);
    } catch (InterruptedException e) {
      throw new AssertionError("Interrupted", e);
    }
  }

  /** Has a script run that must end well. */
  void does(String script) {
    assertThat(tries("set -e; " + script + "; echo done")).endsWith("done\n");
  }

  /**
   * The class path of this JVM, of which this user can read all: what lies where it may not go is
   * linked or copied.
   */
  String classPath(Path directory) throws IOException {
    String all = System.getProperty("java.class.path");
    String quoted = "'" + all.replace(":", "' '") + "'";
    List<String> closed =
        tries("for p in " + quoted + "; do [ -r \"$p\" ] || echo \"$p\"; done").lines().toList();
    List<String> entries = new ArrayList<>();
    for (String entry : all.split(File.pathSeparator, -1)) {
      Path path = Path.of(entry);
      if (closed.contains(entry) && Files.exists(path)) {
        path = reachable(path, directory.resolve(entries.size() + "-" + path.getFileName()));
      }
      entries.add(path.toString());
    }
    return String.join(File.pathSeparator, entries);
  }

  private static Path reachable(Path from, Path to) throws IOException {
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
            Files.copy(path, to.resolve(from.relativize(path).toString()));
            return FileVisitResult.CONTINUE;
          }
        });
    return to;
  }
}
