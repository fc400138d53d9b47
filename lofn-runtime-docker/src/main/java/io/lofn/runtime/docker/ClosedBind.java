package io.lofn.runtime.docker;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.github.dockerjava.api.model.BindOptions;
import com.github.dockerjava.api.model.BindPropagation;

/**
 * Makes an engine mount everything below a read-only mount read-only, too, or fail; docker-java
 * does not have the option. Without it the engine would silently do only what its kernel supports.
 */
final class ClosedBind extends BindOptions {

  private static final long serialVersionUID = 1L;

  ClosedBind() {
    BindOptions unused = withPropagation(BindPropagation.R_PRIVATE);
  }

  @JsonProperty("ReadOnlyForceRecursive")
  boolean isRecursive() {
    return true;
  }
}
