package io.lofn.api;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Thrown when a tool document is wrong. The message says where in the document, what is wrong, and
 * what to write.
 */
public final class ToolSpecException extends LofnException {

  private static final long serialVersionUID = 1L;

  private final ArrayList<Object> path;
  private final String problem;

  ToolSpecException(SpecPath path, String problem) {
    super(message(path, problem));
    this.path = new ArrayList<>(path.parts());
    this.problem = problem;
  }

  ToolSpecException(SpecPath path, String problem, Throwable cause) {
    super(message(path, problem), cause);
    this.path = new ArrayList<>(path.parts());
    this.problem = problem;
  }

  private static String message(SpecPath path, String problem) {
    return path.parts().isEmpty()
        ? "The tool document " + problem
        : "In the tool document, %s %s".formatted(path, problem);
  }

  /**
   * Where the fault is.
   *
   * @return the keys, each a {@code String}, and the positions in lists, each an {@code Integer}
   *     from 0, that lead to it; empty for the document as a whole
   */
  public List<Object> path() {
    return Collections.unmodifiableList(path);
  }

  /**
   * What is wrong, without the place.
   *
   * @return the text after the name of the place, such as {@code "must be text, not a number"}
   */
  public String problem() {
    return problem;
  }
}
