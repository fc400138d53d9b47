package io.lofn.bench;

/** One thing to measure. */
interface Scenario {

  /**
   * How many partitions are to be worked on at a time.
   *
   * @param processors how many the machine has
   */
  default int slots(int processors) {
    return processors;
  }

  /** Measures it, and reports rows to the lab. */
  void run(Lab lab) throws Exception;
}
