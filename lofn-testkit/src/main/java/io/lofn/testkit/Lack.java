package io.lofn.testkit;

/** What a runtime does when it is asked for an {@link Ability} that it lacks. */
public enum Lack {
  /** It does not start the container, and throws {@link io.lofn.api.EngineException}. */
  REFUSED,
  /** It starts the container as if it had not been asked. */
  IGNORED
}
