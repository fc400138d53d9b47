package io.lofn.api;

/** When the engine asks a registry for an image. */
public enum PullPolicy {
  /** Ask on every node and job, so that a moved tag is noticed. */
  ALWAYS,
  /** Ask where the engine does not have the image. The default, and that of the engines. */
  MISSING,
  /** Never ask; an image that the engine does not have is an error. */
  NEVER
}
