package io.lofn.core.policy;

import io.lofn.api.LofnException;
import io.lofn.api.Tool;
import java.util.List;

/**
 * Refuses to run a tool that does not say what it runs. The image would then decide, and many an
 * image runs a shell, which executes the records.
 */
public final class CommandCheck {

  private CommandCheck() {}

  /**
   * Checks a tool.
   *
   * @throws LofnException if it has no program and does not ask for the image's
   */
  public static void check(Tool<?, ?> tool) {
    List<String> argv = tool.argv();
    if (tool.usesImageEntrypoint()) {
      return;
    }
    if (argv.isEmpty()) {
      throw new LofnException(
          "The tool of %s has no command, and what the image runs by itself may be a shell that executes the records. Say command(...) or shell(...), or imageEntrypoint() for what the image runs. A setter returns a new tool: was its result dropped?"
              .formatted(tool.image()));
    }
    // An engine takes an empty program for none, and the image's command for its own.
    if (argv.get(0).isEmpty()) {
      throw new LofnException(
          "The tool of %s has an empty word for its program; command(...) takes the program first"
              .formatted(tool.image()));
    }
  }
}
