package io.lofn.api;

/** When the engine asks a registry for an image. */
public enum PullPolicy {
  /** Ask on every node for every job, so that a moved tag is noticed. */
  ALWAYS,
  /** Ask if the engine does not have the image. The default, also of the engines. */
  MISSING,
  /** Never ask; an image that the engine does not have is an error. */
  NEVER
}
