package io.lofn.it;

/**
 * What one kind of fault did to the jobs of one runtime.
 *
 * @param fault the fault
 * @param runtime the runtime
 * @param injected how many times it happened
 * @param containersLeft containers that were there after the clean-up
 * @param directoriesLeft exchanges that were there after the clean-up
 * @param wrongResults jobs whose result was wrong, or whose failure no message of lofn explains
 * @param hungTasks jobs and tasks that had not ended in time
 */
record FaultRow(
    String fault,
    String runtime,
    int injected,
    int containersLeft,
    int directoriesLeft,
    int wrongResults,
    int hungTasks) {

  static final String HEADER =
      "fault\truntime\ttimes injected\tcontainers left\tdirectories left\twrong results\thung tasks";

  boolean isClean() {
    return containersLeft == 0 && directoriesLeft == 0 && wrongResults == 0 && hungTasks == 0;
  }

  @Override
  public String toString() {
    return "%s\t%s\t%d\t%d\t%d\t%d\t%d"
        .formatted(
            fault, runtime, injected, containersLeft, directoriesLeft, wrongResults, hungTasks);
  }
}
