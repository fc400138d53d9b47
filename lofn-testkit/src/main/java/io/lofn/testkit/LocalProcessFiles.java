package io.lofn.testkit;

import static java.util.stream.Collectors.joining;

import io.lofn.api.EngineException;
import io.lofn.spi.Mount;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The directory of one process: a link for each mount, a directory for each tmpfs, and one to start
 * in. Links, because their names need no quoting wherever in a script they are put.
 */
final class LocalProcessFiles {

  /** Not replaced: paths of the node, which a test's tools are given, begin with it. */
  private static final String TMP = "/tmp";

  static final File NULL = new File("/dev/null");

  private static final Pattern PLAIN = Pattern.compile("[\\w./-]+");

  // What makes a path out of a text that is not the beginning of one, or not the end of its name.
  private static final String NOT_BEFORE = "(?<![\\w./~*?})\\]-])";
  private static final String NOT_AFTER = "(?![\\w.-])";

  private final Path root;
  private final Map<String, Path> targets = new LinkedHashMap<>();

  private LocalProcessFiles(Path root) {
    this.root = root;
  }

  static LocalProcessFiles create(List<Mount> mounts, Set<String> tmpfs) {
    try {
      LocalProcessFiles files =
          new LocalProcessFiles(Files.createTempDirectory(parent(), "lofn-process-"));
      try {
        files.fill(mounts, tmpfs);
        return files;
      } catch (IOException | RuntimeException e) {
        files.delete();
        throw e;
      }
    } catch (IOException e) {
      throw new EngineException("Could not prepare a process: " + e.getMessage(), e);
    }
  }

  /** A link's name needs no quoting only where the names of the directories above it need none. */
  private static Path parent() {
    String temporary = System.getProperty("java.io.tmpdir");
    return Path.of(PLAIN.matcher(temporary).matches() ? temporary : "/tmp");
  }

  private void fill(List<Mount> mounts, Set<String> tmpfs) throws IOException {
    Files.createDirectory(home());
    for (Mount mount : mounts) {
      if (!Files.exists(mount.source())) {
        throw new EngineException("The source of a mount does not exist: " + mount.source());
      }
      if (!mount.target().equals(TMP)) {
        Files.createSymbolicLink(replacement(mount.target()), mount.source());
      }
    }
    for (String target : tmpfs) {
      Files.createDirectory(replacement(target));
    }
  }

  private Path replacement(String target) {
    String clean = target.replaceAll("/+$", "");
    Path path = root.resolve("m" + targets.size());
    if (clean.isEmpty() || targets.putIfAbsent(clean, path) != null) {
      throw new EngineException("A plain process cannot have a mount at " + target);
    }
    return path;
  }

  /** Where the process starts unless told. */
  Path home() {
    return root.resolve("home");
  }

  /** The directory of this node that stands for one in the container. */
  Path workingDirectory(Optional<String> directory) {
    Path path = directory.map(this::translate).map(Path::of).orElse(home());
    if (!Files.isDirectory(path)) {
      throw new EngineException("The working directory does not exist: " + path);
    }
    return path;
  }

  /** The text with the targets of mounts replaced. */
  String translate(String text) {
    if (targets.isEmpty()) {
      return text;
    }
    // The longest first: a target may lie within another one.
    String alternatives =
        targets.keySet().stream()
            .sorted(Comparator.comparing(String::length).reversed())
            .map(Pattern::quote)
            .collect(joining("|"));
    return Pattern.compile(NOT_BEFORE + "(?:" + alternatives + ")" + NOT_AFTER)
        .matcher(text)
        .replaceAll(match -> Matcher.quoteReplacement(targets.get(match.group()).toString()));
  }

  void refuseOtherUser(String user) {
    try {
      Owner own = Owner.of(home());
      if (!user.equals(own.toString()) && !user.equals(String.valueOf(own.uid()))) {
        throw new EngineException("A plain process runs as " + own + ", not as " + user);
      }
    } catch (IOException e) {
      throw new EngineException("Could not find out who this is: " + e.getMessage(), e);
    }
  }

  /**
   * Writes a script that turns itself into a command. Unlike an argument of a process, its text
   * does not depend on this JVM's character set.
   */
  Path script(List<String> command) throws IOException {
    String words =
        command.stream()
            .map(word -> "'" + word.replace("'", "'\\''") + "'")
            .collect(joining(" ", "ulimit -c 0\nexec ", "\n"));
    return Files.writeString(root.resolve("run"), words);
  }

  void delete() {
    try {
      delete(root);
    } catch (IOException e) {
      throw new EngineException("Could not delete " + root + ": " + e.getMessage(), e);
    }
  }

  /** Deletes a directory with all below it, and follows no link. */
  static void delete(Path root) throws IOException {
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e)
              throws IOException {
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
