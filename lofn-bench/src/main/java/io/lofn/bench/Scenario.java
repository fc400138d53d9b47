package io.lofn.bench;

/** One thing to measure. */
interface Scenario {

  /**
   * Returns the number of partitions that run at a time.
   *
   * @param processors the number of processors of the machine
   */
  default int slots(int processors) {
    return processors;
  }

  /** Runs the scenario, and reports rows to the lab. */
  void run(Lab lab) throws Exception;
}
