package io.lofn.api;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The command of a tool: an entrypoint, and the arguments or the shell script that follow it. */
final class Command implements Serializable {

  /** The image's default command, which a tool must ask for. */
  static final Command NONE = new Command(List.of(), List.of(), null, false, true);

  private static final long serialVersionUID = 1L;

  private final List<String> entrypoint;
  private final List<String> words;
  private final @Nullable String script;
  private final boolean ofImage;
  private final boolean pipefail;

  private Command(
      List<String> entrypoint,
      List<String> words,
      @Nullable String script,
      boolean ofImage,
      boolean pipefail) {
    this.entrypoint = ProgramWords.checked(entrypoint);
    this.words = ProgramWords.checked(words);
    this.script = script;
    this.ofImage = ofImage;
    this.pipefail = pipefail;
  }

  Command words(List<String> argv) {
    if (argv.isEmpty()) {
      throw new IllegalArgumentException("The command is empty");
    }
    return new Command(entrypoint, argv, null, ofImage, pipefail);
  }

  Command script(String text) {
    ProgramWords.checkScript(requireNonNull(text, "script is null"));
    return new Command(List.of(), List.of(), text, false, pipefail);
  }

  Command pipefail(boolean wanted) {
    return new Command(entrypoint, words, script, ofImage, wanted);
  }

  Command entrypoint(List<String> argv) {
    if (argv.isEmpty()) {
      throw new IllegalArgumentException(
          "The entrypoint is empty; imageEntrypoint() asks for the image's own");
    }
    return new Command(argv, words, script, false, pipefail);
  }

  Command entrypointOfImage() {
    return new Command(List.of(), words, script, true, pipefail);
  }

  List<String> argv() {
    List<String> argv = new ArrayList<>(entrypoint);
    if (script == null) {
      argv.addAll(words);
    } else {
      argv.addAll(List.of("sh", "-c", script));
    }
    return List.copyOf(argv);
  }

  List<String> entrypoint() {
    return entrypoint;
  }

  /** The arguments after the entrypoint; empty for a script. */
  List<String> words() {
    return words;
  }

  @Nullable String script() {
    return script;
  }

  boolean usesImageEntrypoint() {
    return ofImage;
  }

  boolean isScript() {
    return script != null;
  }

  boolean usesPipefail() {
    return script != null && pipefail;
  }
}
