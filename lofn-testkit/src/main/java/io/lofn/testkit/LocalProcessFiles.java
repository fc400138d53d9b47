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
 * What replaces the directories of a container for one process: the source of each mount, or a link
 * to it where its name needs quoting in a script; a directory for each tmpfs, and the initial
 * working directory. They lie in a directory of the process, which is made when the first of them
 * is.
 */
final class LocalProcessFiles {

  /** Not replaced: paths of the node that a test passes to tools begin with it. */
  private static final String TMP = "/tmp";

  static final File NULL = new File("/dev/null");

  private static final Pattern PLAIN = Pattern.compile("[\\w./-]+");

  // Characters next to a target that make it part of a longer path or name.
  private static final String NOT_BEFORE = "(?<![\\w./~*?})\\]-])";
  private static final String NOT_AFTER = "(?![\\w.-])";

  private final Map<String, Path> targets = new LinkedHashMap<>();
  private @Nullable Path root;

  private LocalProcessFiles() {}

  static LocalProcessFiles create(List<Mount> mounts, Set<String> tmpfs) {
    LocalProcessFiles files = new LocalProcessFiles();
    try {
      files.fill(mounts, tmpfs);
      return files;
    } catch (IOException e) {
      files.delete();
      throw unprepared(e);
    } catch (RuntimeException e) {
      files.delete();
      throw e;
    }
  }

  private static EngineException unprepared(IOException e) {
    return new EngineException(
        "Could not prepare the directory of a process: " + e.getMessage(), e);
  }

  private Path root() throws IOException {
    Path known = root;
    if (known == null) {
      known = Files.createTempDirectory(parent(), "lofn-process-");
      root = known;
    }
    return known;
  }

  /**
   * Returns a parent directory whose path needs no quoting, so that the paths of links need none.
   */
  private static Path parent() {
    String temporary = System.getProperty("java.io.tmpdir");
    return Path.of(PLAIN.matcher(temporary).matches() ? temporary : "/tmp");
  }

  private void fill(List<Mount> mounts, Set<String> tmpfs) throws IOException {
    for (Mount mount : mounts) {
      if (!Files.exists(mount.source())) {
        throw new EngineException("The source of a mount does not exist: " + mount.source());
      }
      if (!mount.target().equals(TMP)) {
        replace(mount.target(), plain(mount.source()));
      }
    }
    for (String target : tmpfs) {
      replace(target, Files.createDirectory(next()));
    }
  }

  private Path plain(Path source) throws IOException {
    return source.isAbsolute() && PLAIN.matcher(source.toString()).matches()
        ? source
        : Files.createSymbolicLink(next(), source);
  }

  private Path next() throws IOException {
    return root().resolve("m" + targets.size());
  }

  private void replace(String target, Path path) {
    String clean = target.replaceAll("/+$", "");
    if (clean.isEmpty() || targets.putIfAbsent(clean, path) != null) {
      throw new EngineException("The runtime 'process' does not support a mount at " + target);
    }
  }

  /** Returns the default working directory. */
  Path home() {
    try {
      return Files.createDirectories(root().resolve("home"));
    } catch (IOException e) {
      throw unprepared(e);
    }
  }

  /** Returns the directory of this node that replaces one in the container. */
  Path workingDirectory(Optional<String> directory) {
    Path path = directory.map(this::translate).map(Path::of).orElseGet(this::home);
    if (!Files.isDirectory(path)) {
      throw new EngineException("The working directory does not exist: " + path);
    }
    return path;
  }

  /** Returns the text with the targets of mounts replaced. */
  String translate(String text) {
    if (targets.isEmpty()) {
      return text;
    }
    // The longest first: a target may be inside another one.
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
        throw new EngineException(
            "The runtime 'process' runs tools as "
                + own
                + " and does not support the user "
                + user);
      }
    } catch (IOException e) {
      throw new EngineException("Could not find the user of this process: " + e.getMessage(), e);
    }
  }

  /**
   * Writes a script that executes a command. Unlike the arguments of a process, its text does not
   * depend on this JVM's character set.
   */
  Path script(List<String> command) throws IOException {
    String words =
        command.stream()
            .map(word -> "'" + word.replace("'", "'\\''") + "'")
            .collect(joining(" ", "ulimit -c 0\nexec ", "\n"));
    return Files.writeString(root().resolve("run"), words);
  }

  void delete() {
    Path made = root;
    try {
      if (made != null) {
        delete(made);
      }
    } catch (IOException e) {
      throw new EngineException("Could not delete " + made + ": " + e.getMessage(), e);
    }
  }

  /** Deletes a directory with its content, and follows no link. */
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
