package io.lofn.core.policy;

import io.lofn.api.LofnException;
import io.lofn.api.Tool;
import java.util.List;

/**
 * Refuses to run a tool without a command. The image would decide what runs, and many images run a
 * shell, which would execute the records.
 */
public final class CommandCheck {

  private CommandCheck() {}

  /**
   * Checks a tool.
   *
   * @throws LofnException if it has no program and does not ask for the image's entrypoint
   */
  public static void check(Tool<?, ?> tool) {
    List<String> argv = tool.argv();
    if (tool.usesImageEntrypoint()) {
      return;
    }
    if (argv.isEmpty()) {
      throw new LofnException(
          "The tool of %s has no command, and the image's default command may be a shell that executes the records. Set command(...) or shell(...), or imageEntrypoint() for the image's default. A setter returns a new tool: was its result dropped?"
              .formatted(tool.image()));
    }
    // An engine treats an empty program as none, and runs the image's command.
    if (argv.get(0).isEmpty()) {
      throw new LofnException(
          "The tool of %s has an empty string as its program; the first argument of command(...) is the program"
              .formatted(tool.image()));
    }
  }
}
