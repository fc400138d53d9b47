package io.lofn.spi;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lofn.api.FileNames;
import io.lofn.api.LofnException;
import io.lofn.api.NamePattern;
import io.lofn.api.Printable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The regular files of an exchange when its tool started, so that {@link
 * io.lofn.api.RunOutput#files} can tell what the tool made and what it changed. Requires 16 bytes
 * for each file. Immutable.
 */
public final class InputSnapshot {

  /**
   * Longer than a tick of the clock that a file system uses for its times. Data that is written and
   * changed within one tick would keep its times.
   */
  private static final Duration TICK = Duration.ofMillis(20);

  /** The maximum number of names in a message that are not UTF-8. */
  private static final int TOLD = 3;

  private final Path directory;
  private final long[] names;
  private final long[] states;

  private InputSnapshot(Path directory, long[] names, long[] states) {
    this.directory = directory;
    this.names = names;
    this.states = states;
  }

  /**
   * Returns the snapshot of an exchange that was empty.
   *
   * @param directory the exchange
   * @return an empty snapshot
   */
  public static InputSnapshot empty(Path directory) {
    return new InputSnapshot(directory, new long[0], new long[0]);
  }

  /**
   * Takes a snapshot of an exchange. Files that were written just now get a slightly earlier
   * modification time.
   *
   * @param directory the exchange
   * @return the snapshot
   * @throws IOException if it cannot be listed
   */
  public static InputSnapshot of(Path directory) throws IOException {
    Instant recent = Instant.now().minus(TICK);
    Numbers names = new Numbers();
    Numbers states = new Numbers();
    walk(
        directory,
        Set.of(),
        every -> true,
        file -> {
          Map<String, Object> attributes = attributes(file);
          FileTime changed = (FileTime) attributes.get("ctime");
          if (changed.toInstant().isAfter(recent) && attributes.get("nlink").equals(1)) {
            Files.setLastModifiedTime(file, FileTime.from(recent.minus(TICK)));
            attributes = attributes(file);
          }
          names.add(hash(file, ""));
          states.add(hash(file, state(attributes)));
        });
    return new InputSnapshot(directory, names.sorted(), states.sorted());
  }

  /**
   * Returns the names of regular files that are new. Ignores symbolic links.
   *
   * @param wanted selects files by their names, and excludes directories if it is a {@link
   *     NamePattern}; a name that is not UTF-8 has {@code \uFFFD} for each invalid byte
   * @param hidden names of files and directories to ignore, with all in them: the mount points
   * @return the names relative to the exchange, sorted
   * @throws LofnException if a selected file existed and has changed, if selected files have names
   *     that are not UTF-8, or if a directory cannot be entered and a selected file may lie in it
   * @throws IOException if the exchange cannot be listed
   */
  public List<String> outputs(Predicate<String> wanted, Set<String> hidden) throws IOException {
    List<String> outputs = new ArrayList<>();
    List<LofnException> unnamed = new ArrayList<>();
    walk(
        directory,
        hidden,
        wanted,
        file -> {
          if (wanted.test(FileNames.replaced(directory, file)) && !isInput(file)) {
            add(file, outputs, unnamed);
          }
        });
    if (!unnamed.isEmpty()) {
      throw together(unnamed);
    }
    outputs.sort(null);
    return outputs;
  }

  /** Refuses such names: two names that differ in invalid bytes only would become one. */
  private void add(Path file, List<String> outputs, List<LofnException> unnamed) {
    try {
      outputs.add(FileNames.of(directory, file));
    } catch (LofnException e) {
      if (unnamed.size() < TOLD) {
        unnamed.add(e);
      }
    }
  }

  private static LofnException together(List<LofnException> all) {
    return new LofnException(
        all.stream().map(Throwable::getMessage).sorted().collect(Collectors.joining("; ")),
        all.get(0));
  }

  private boolean isInput(Path file) throws IOException {
    if (Arrays.binarySearch(names, hash(file, "")) < 0) {
      return false;
    }
    if (Arrays.binarySearch(states, hash(file, state(attributes(file)))) < 0) {
      throw new LofnException(
          "The tool changed or replaced '%s', which was in the exchange before the tool started, and which the output selects; let the tool write to another file"
              .formatted(Printable.line(FileNames.replaced(directory, file))));
    }
    return true;
  }

  private static Map<String, Object> attributes(Path file) throws IOException {
    return Files.readAttributes(
        file, "unix:ino,nlink,size,lastModifiedTime,ctime", LinkOption.NOFOLLOW_LINKS);
  }

  private static String state(Map<String, Object> attributes) {
    return "%s %s %d %d"
        .formatted(
            attributes.get("ino"),
            attributes.get("size"),
            nanoseconds(attributes.get("lastModifiedTime")),
            nanoseconds(attributes.get("ctime")));
  }

  private static long nanoseconds(Object time) {
    return ((FileTime) time).to(TimeUnit.NANOSECONDS);
  }

  /** Uses the bytes of the name, since its text may have lost some. */
  private static long hash(Path file, String state) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest((file.toUri().getRawPath() + " " + state).getBytes(UTF_8));
      return ByteBuffer.wrap(digest).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }

  private static boolean mayBeWanted(Predicate<String> wanted, String name) {
    return !(wanted instanceof NamePattern pattern)
        || pattern.test(name)
        || pattern.mayMatchBelow(name);
  }

  @FunctionalInterface
  private interface Visit {
    void file(Path file) throws IOException;
  }

  private static void walk(
      Path directory, Set<String> hidden, Predicate<String> wanted, Visit visit)
      throws IOException {
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
            return isHidden(path) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes)
              throws IOException {
            if (attributes.isRegularFile() && !isHidden(path)) {
              visit.file(path);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path path, IOException e) {
            requireNothing(path, e);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path path, @Nullable IOException e) {
            if (e != null) {
              requireNothing(path, e);
            }
            return FileVisitResult.CONTINUE;
          }

          private void requireNothing(Path path, IOException e) {
            String name = path.equals(directory) ? "." : FileNames.replaced(directory, path);
            if (path.equals(directory) || mayBeWanted(wanted, name)) {
              throw new LofnException(
                  "The exchange cannot be listed at '%s', as the tool left it: %s; let the tool make directories that its user can enter, or read by a pattern that matches nothing there"
                      .formatted(name, e),
                  e);
            }
          }

          private boolean isHidden(Path path) {
            return !hidden.isEmpty() && hidden.contains(FileNames.replaced(directory, path));
          }
        });
  }

  /** Primitive numbers, not objects, since there may be many. */
  private static final class Numbers {

    private long[] numbers = new long[16];
    private int count;

    void add(long number) {
      if (count == numbers.length) {
        numbers = Arrays.copyOf(numbers, 2 * count);
      }
      numbers[count++] = number;
    }

    long[] sorted() {
      long[] sorted = Arrays.copyOf(numbers, count);
      Arrays.sort(sorted);
      return sorted;
    }
  }
}
