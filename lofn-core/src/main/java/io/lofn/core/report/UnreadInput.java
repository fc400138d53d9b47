package io.lofn.core.report;

import io.lofn.api.Printable;
import io.lofn.api.Tool;
import io.lofn.core.plan.RunPlan;
import io.lofn.core.text.Abbreviated;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The warning of a tool that succeeded and read no input file, such as {@code sort} after {@code
 * Tool.lines}: its output does not depend on the records. One for each command in this JVM.
 */
public final class UnreadInput {

  private static final Logger LOG = LoggerFactory.getLogger(UnreadInput.class);
  private static final int MOST_COMMANDS = 1000;

  private final Set<String> warned = ConcurrentHashMap.newKeySet();

  /** Logs the warning, unless it was logged before. */
  public void warn(RunPlan plan) {
    message(plan).ifPresent(LOG::warn);
  }

  Optional<String> message(RunPlan plan) {
    Tool<?, ?> tool = plan.tool();
    String command = Abbreviated.of(Printable.line(String.join(" ", tool.argv())));
    if (warned.size() >= MOST_COMMANDS || !warned.add(tool.image() + " " + tool.argv())) {
      return Optional.empty();
    }
    return Optional.of(
        "%s: the tool succeeded, but did not read any of its input files in %s, so its output does not depend on the records of its partition (image %s, command %s; first seen: %s). Its standard input is empty. Let the command read the file, or use Tool.pipe or Lines.toStdin() for a command that reads standard input."
            .formatted(plan.operator(), plan.exchangePath(), tool.image(), command, plan.task()));
  }
}
