package io.lofn.core.task;

/** The parts of a run that its task waits for, one after the other. */
public enum RunPhase {
  /** Until the node's runtime is known, and the tool is checked. */
  QUEUE,
  /** Until the image is on the node, and its mounts are probed. */
  IMAGE,
  /** Until the volumes are on the node. */
  VOLUMES,
  /** Until the exchange is made. */
  EXCHANGE,
  /** Until the input's files are written, and the first record for standard input is there. */
  FEED,
  /** Until the container runs. */
  START,
  /** Until the job has taken all records of the output. */
  READ,
  /** Until the exit code is known; this is the tool's own time if its output is a file. */
  EXIT,
  /** Until the container and the exchange are deleted. */
  DELETE
}
