package io.lofn.runtime.docker;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.github.dockerjava.api.model.BindOptions;
import com.github.dockerjava.api.model.BindPropagation;

/**
 * Has an engine close a read-only mount with all that is mounted below it, or fail; docker-java
 * does not know the option. By itself the engine would do what its kernel can, and say nothing.
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
