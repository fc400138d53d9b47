package io.lofn.runtime.embedded.images;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What the program is asked for.
 *
 * @param images names or ids; none for all
 * @param directory that of {@code spark.lofn.embedded.dir}, if it is said
 */
record ImagesOptions(
    Command command,
    List<String> images,
    boolean all,
    boolean unused,
    boolean json,
    Optional<String> directory) {

  static final String USAGE =
      """
      Usage: spark-submit --class io.lofn.runtime.embedded.images.Images JAR [OPTION]... COMMAND
      Shows and removes the images that the runtime 'embedded' has on this node, for this user.
        list               their names, digests, sizes, last use, and whether a process uses them
        verify [IMAGE]...  compares every file with what was unpacked
        remove IMAGE...    deletes images with all their names, unless a process uses them
        remove --unused    deletes all images that no process uses
        remove --all       the same, and fails if images are left
      An IMAGE is a name, an id, or the first 12 or more digits of one.
        --dir DIR          the directory of spark.lofn.embedded.dir (default: that of Spark's
                           configuration, else /var/tmp/lofn-embedded- and the user's id)
        --json             prints JSON
      The exit code is 0 if all is well, 1 if an image is damaged, in use or unknown, or the
      images cannot be read, 2 after wrong use.
      """;

  /** What is to be done. */
  enum Command {
    LIST,
    VERIFY,
    REMOVE
  }

  /**
   * Reads a command line.
   *
   * @return empty if only {@code --help} is asked for
   * @throws IllegalArgumentException if it is wrong; says why
   */
  static Optional<ImagesOptions> parse(String... args) {
    List<String> words = new ArrayList<>();
    List<String> flags = new ArrayList<>();
    Optional<String> directory = Optional.empty();
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--help", "-h" -> {
          return Optional.empty();
        }
        case "--all", "--unused", "--json" -> flags.add(args[i]);
        case "--dir" -> {
          if (i + 1 == args.length || args[i + 1].isBlank()) {
            throw new IllegalArgumentException("--dir needs a directory");
          }
          directory = Optional.of(args[++i]);
        }
        default -> {
          if (args[i].startsWith("-")) {
            throw new IllegalArgumentException("unknown option " + args[i]);
          }
          words.add(args[i]);
        }
      }
    }
    if (words.isEmpty()) {
      throw new IllegalArgumentException("a command is needed: list, verify or remove");
    }
    return Optional.of(
        new ImagesOptions(
                command(words.get(0)),
                List.copyOf(words.subList(1, words.size())),
                flags.contains("--all"),
                flags.contains("--unused"),
                flags.contains("--json"),
                directory)
            .checked());
  }

  private static Command command(String word) {
    for (Command each : Command.values()) {
      if (each.name().toLowerCase(Locale.ROOT).equals(word)) {
        return each;
      }
    }
    throw new IllegalArgumentException("unknown command " + word);
  }

  private ImagesOptions checked() {
    if (command == Command.LIST && !images.isEmpty()) {
      throw new IllegalArgumentException("list takes no image");
    }
    int selections = (images.isEmpty() ? 0 : 1) + (all ? 1 : 0) + (unused ? 1 : 0);
    if (command == Command.REMOVE && selections != 1) {
      throw new IllegalArgumentException("remove needs images, or --unused, or --all");
    }
    if (command != Command.REMOVE && (all || unused)) {
      throw new IllegalArgumentException("only remove takes --all and --unused");
    }
    return this;
  }
}
