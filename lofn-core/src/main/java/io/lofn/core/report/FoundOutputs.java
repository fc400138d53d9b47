package io.lofn.core.report;

import io.lofn.api.FileNames;
import io.lofn.api.Printable;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What an exchange holds in place of the output that was asked for. Links are not followed, and the
 * names are the tool's: there may be many of them, and anything in them.
 *
 * @param exchange the directory on this node
 * @param hidden names in it that the tool sees something else at
 */
record FoundOutputs(Path exchange, Set<String> hidden) {

  private static final int MOST_NAMES = 10;
  private static final int MOST_VISITED = 1000;
  private static final int DEPTH = 4;
  private static final int LONGEST_NAME = 100;

  /**
   * What stands for an output.
   *
   * @param what for the first line of a report
   * @param hint what to do
   */
  record Instead(String what, String hint) {}

  /** What is at the name of an output, or nearly at it; empty if there is nothing of the kind. */
  Optional<Instead> insteadOf(String name) {
    Path wanted = FileNames.resolve(exchange, name);
    for (Path path = wanted; !path.equals(exchange); path = path.getParent()) {
      if (Files.isSymbolicLink(path)) {
        return Optional.of(link(path));
      }
    }
    if (Files.isDirectory(wanted, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.of(
          new Instead(
              ": it is a directory",
              "Let the command write a file there, or read the files in it: OutputFiles.matching(\"%s/**\"), BinaryFile.fromDirectory(\"%s\")."
                  .formatted(name, name)));
    }
    if (Files.exists(wanted, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.of(
          new Instead(
              ": it is a named pipe, a socket or a device",
              "Let the command write a regular file there."));
    }
    return wanted.getParent().equals(exchange) || Files.isExecutable(wanted.getParent())
        ? nearly(wanted, name)
        : closed(wanted.getParent());
  }

  private Instead link(Path path) {
    return new Instead(
        ": %s is a symbolic link to %s, and lofn follows no link that a tool made"
            .formatted(shown(path), target(path)),
        "Let the command write or copy the file itself there, as cp -L does.");
  }

  private Optional<Instead> closed(Path directory) {
    return Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
        ? Optional.of(
            new Instead(
                ": the executor may not enter the directory %s, %s"
                    .formatted(shown(directory), permissions(directory)),
                "Let the command make its directories accessible, as by umask 022."))
        : Optional.empty();
  }

  /** A name with a suffix more or less, as programs append one without being asked. */
  private Optional<Instead> nearly(Path wanted, String name) {
    String file = wanted.getFileName().toString();
    Set<String> near = new TreeSet<>();
    for (Path there : entries(wanted.getParent())) {
      String other = there.getFileName().toString();
      boolean like =
          other.startsWith(file + ".")
              || file.startsWith(other + ".")
              || other.equalsIgnoreCase(file);
      if (like && Files.isRegularFile(there, LinkOption.NOFOLLOW_LINKS)) {
        near.add(FileNames.replaced(exchange, there));
      }
    }
    near.removeAll(hidden);
    return near.stream()
        .findFirst()
        .map(
            found ->
                new Instead(
                    "; there is %s%s".formatted(cut(found), difference(found, name)),
                    "Let the output name %s, or the command write %s: programs may append a suffix of their own."
                        .formatted(cut(found), name)));
  }

  private static String difference(String found, String name) {
    return found.startsWith(name + ".")
        ? ", which has a suffix more (" + cut(found.substring(name.length())) + ")"
        : found.equalsIgnoreCase(name) ? ", in other letters" : ", which has a suffix less";
  }

  private static List<Path> entries(Path directory) {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> names = Files.newDirectoryStream(directory)) {
      for (Path name : names) {
        if (entries.size() == MOST_VISITED) {
          return entries;
        }
        entries.add(name);
      }
    } catch (IOException | RuntimeException notReadable) {
      // Then nobody can tell.
    }
    return entries;
  }

  /** All that is there, up to a limit: directories end in a slash, links name their target. */
  String names() {
    Set<String> found = new TreeSet<>();
    boolean more = collect(found);
    if (found.isEmpty()) {
      return "nothing";
    }
    List<String> shown = found.stream().limit(MOST_NAMES).map(FoundOutputs::cut).toList();
    String rest =
        found.size() > MOST_NAMES || more
            ? " and %s%d more".formatted(more ? "at least " : "", found.size() - shown.size())
            : "";
    return String.join(", ", shown) + rest;
  }

  /** Tells whether there is more than it collects. */
  private boolean collect(Set<String> found) {
    int[] visited = new int[1];
    try {
      Files.walkFileTree(
          exchange,
          Set.<FileVisitOption>of(),
          DEPTH,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
              return path.equals(exchange) || !isHidden(path)
                  ? FileVisitResult.CONTINUE
                  : FileVisitResult.SKIP_SUBTREE;
            }

            @Override
            public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
              return add(path, kind(path, attributes));
            }

            @Override
            public FileVisitResult visitFileFailed(Path path, IOException e) {
              return path.equals(exchange)
                  ? FileVisitResult.TERMINATE
                  : add(path, " (not readable)");
            }

            @Override
            public FileVisitResult postVisitDirectory(Path path, @Nullable IOException e) {
              boolean empty = found.stream().noneMatch(name -> name.startsWith(name(path) + "/"));
              return !path.equals(exchange) && empty ? add(path, "/") : FileVisitResult.CONTINUE;
            }

            private FileVisitResult add(Path path, String kind) {
              if (!isHidden(path)) {
                found.add(name(path) + kind);
              }
              return ++visited[0] == MOST_VISITED
                  ? FileVisitResult.TERMINATE
                  : FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException gone) {
      // What was found until then is told.
    }
    return visited[0] == MOST_VISITED;
  }

  private boolean isHidden(Path path) {
    return hidden.contains(name(path));
  }

  private String name(Path path) {
    return FileNames.replaced(exchange, path);
  }

  private static String kind(Path path, BasicFileAttributes attributes) {
    if (attributes.isSymbolicLink()) {
      return " -> " + target(path);
    }
    return attributes.isDirectory()
        ? "/"
        : attributes.isRegularFile() ? "" : " (not a regular file)";
  }

  private static String target(Path link) {
    try {
      return cut(Files.readSymbolicLink(link).toString());
    } catch (IOException gone) {
      return "?";
    }
  }

  /** The permissions of what the executor may not read, and whose it is. */
  static String permissions(Path path) {
    try {
      PosixFileAttributes attributes =
          Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return "%s of user %s"
          .formatted(
              PosixFilePermissions.toString(attributes.permissions()),
              Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS));
    } catch (IOException | RuntimeException unknown) {
      return "whose permissions cannot be told";
    }
  }

  private String shown(Path path) {
    return cut(name(path));
  }

  private static String cut(String name) {
    String plain = Printable.line(name);
    return plain.length() <= LONGEST_NAME ? plain : plain.substring(0, LONGEST_NAME) + "...";
  }
}
