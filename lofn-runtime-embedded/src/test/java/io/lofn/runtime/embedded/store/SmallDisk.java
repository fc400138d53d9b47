package io.lofn.runtime.embedded.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A disk that only the commands of a script see, in a mount namespace; also in a user namespace
 * where the test is no root.
 */
final class SmallDisk {

  private final Path directory;
  private final String options;
  private final List<String> script = new ArrayList<>();

  /**
   * @param directory an existing one, on which it is mounted
   * @param options such as {@code size=30m}
   */
  SmallDisk(Path directory, String options) {
    this.directory = directory;
    this.options = options;
    script.add("mount -t tmpfs -o %s none '%s'".formatted(options, directory));
  }

  /** Adds a line of a shell. */
  SmallDisk then(String line) {
    script.add(line);
    return this;
  }

  /** Adds a command. */
  SmallDisk then(List<String> command) {
    return then(text(command));
  }

  /** Adds a command that takes the place of the shell, and has its process id. */
  SmallDisk last(List<String> command) {
    return then("exec " + text(command));
  }

  /** Adds a command that runs until the shell calls {@code kill $!}, and waits for a line of it. */
  SmallDisk inBackground(List<String> command) {
    Path said = directory.resolve("said");
    return then("%s > '%s' &".formatted(text(command), said))
        .then("until [ -s '%s' ]; do :; done".formatted(said));
  }

  private static String text(List<String> command) {
    return command.stream().map(each -> "'" + each + "'").collect(Collectors.joining(" "));
  }

  /** Starts the script; standard error is thrown away. */
  Process start() throws IOException {
    return new ProcessBuilder(
            "unshare", "--map-root-user", "--mount", "sh", "-ec", String.join("\n", script))
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  @Override
  public String toString() {
    return options;
  }
}
