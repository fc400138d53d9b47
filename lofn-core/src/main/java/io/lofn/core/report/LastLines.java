package io.lofn.core.report;

import io.lofn.api.Printable;
import io.lofn.core.streams.StreamTail;
import io.lofn.core.text.Abbreviated;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The last lines of what a tool wrote to standard error, for people. A line ends with a line feed,
 * a carriage return or both. Of a line that was written over again and again, as a progress bar is,
 * only the last states count.
 *
 * @param shown the lines, printable
 * @param all whether there are no more
 */
record LastLines(List<String> shown, boolean all) {

  private static final int MOST = 30;

  /** How many states of one line are shown. */
  private static final int STATES = 2;

  private static final Pattern LINE_END = Pattern.compile("(?<!\r)\r*\n");
  private static final Pattern RETURN = Pattern.compile("\r+");

  static LastLines of(String text) {
    List<String> lines = new ArrayList<>();
    boolean all = true;
    for (String line : LINE_END.splitAsStream(text).toList()) {
      List<String> states = RETURN.splitAsStream(line).toList();
      all &= states.size() <= STATES;
      lines.addAll(states.subList(Math.max(0, states.size() - STATES), states.size()));
    }
    int from = Math.max(0, lines.size() - MOST);
    List<String> last =
        lines.subList(from, lines.size()).stream()
            .map(line -> Printable.line(Abbreviated.line(line)))
            .toList();
    return new LastLines(text.isEmpty() ? List.of() : last, all && from == 0);
  }

  /**
   * How much it is, in words.
   *
   * @param total how many bytes the tool wrote
   */
  String size(long total) {
    if (total == 0) {
      return "nothing";
    }
    return all && total <= StreamTail.CAPACITY
        ? total + " bytes"
        : "%d bytes; the last %d lines (stderrTail() has %s)"
            .formatted(
                total,
                shown.size(),
                total <= StreamTail.CAPACITY
                    ? "all"
                    : "the last %d bytes".formatted(StreamTail.CAPACITY));
  }

  /** The last line that is not empty. */
  Optional<String> last() {
    return shown.stream().filter(line -> !line.isBlank()).reduce((first, second) -> second);
  }
}
