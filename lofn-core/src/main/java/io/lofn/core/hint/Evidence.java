package io.lofn.core.hint;

import io.lofn.core.exchange.ExchangeDisk;
import io.lofn.spi.ImageConfig;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is known of a run that failed.
 *
 * @param setup how the tool was run
 * @param image what the image says of itself
 * @param exitCode the exit code, if the tool ended by itself
 * @param lines the last lines that it wrote to standard error
 * @param exchange where it worked, if it came that far
 * @param noRecords whether the partition is known to have no records
 */
public record Evidence(
    Setup setup,
    ImageConfig image,
    OptionalInt exitCode,
    List<String> lines,
    Optional<ExchangeDisk> exchange,
    boolean noRecords) {

  /** A path that is not relative; not the end of one that is, and no address of the web. */
  private static final Pattern PATH =
      Pattern.compile("(?<![\\w./:-])/[^\\s'\"`:,;()\u2018\u2019]+");

  boolean exited(int code) {
    return exitCode.isPresent() && exitCode.getAsInt() == code;
  }

  Evidence exitedWith(int code) {
    return new Evidence(setup, image, OptionalInt.of(code), lines, exchange, noRecords);
  }

  /** With its last lines only. */
  Evidence last(int count) {
    List<String> last = lines.subList(Math.max(0, lines.size() - count), lines.size());
    return new Evidence(setup, image, exitCode, last, exchange, noRecords);
  }

  /** Whether a line has what a pattern finds. */
  boolean says(Pattern pattern) {
    return line(pattern).isPresent();
  }

  /** The last line that has what a pattern finds. */
  Optional<String> line(Pattern pattern) {
    return lines.stream()
        .filter(line -> pattern.matcher(line).find())
        .reduce((first, second) -> second);
  }

  /** What a pattern finds first in its last line. */
  Optional<Matcher> match(Pattern pattern) {
    return line(pattern).map(pattern::matcher).filter(Matcher::find);
  }

  /** The absolute paths that the last line with what a pattern finds has. */
  List<String> pathsWith(Pattern pattern) {
    return line(pattern).stream()
        .flatMap(line -> PATH.matcher(line).results())
        .map(result -> result.group().replaceFirst("[.!]$", ""))
        .toList();
  }

  /** Whether a path is a directory or below it. */
  static boolean isIn(String path, String directory) {
    return path.equals(directory) || path.startsWith(directory + "/");
  }

  boolean inExchange(String path) {
    return isIn(path, setup.exchangePath());
  }

  /** What tells whose files it may write: the user, or that nobody has said. */
  String user() {
    return setup.settings().user().orElse("of the image");
  }

  /** Whether the tool runs as root, who has no capabilities unless the tool asks for some. */
  boolean isRoot() {
    String user = setup.settings().user().or(image::user).orElse("0");
    return user.matches("(0|root)(:.*)?");
  }
}
