package io.lofn.it;

/** Something that goes wrong while jobs run. */
@FunctionalInterface
interface Fault {

  /**
   * Makes it happen, in jobs of its own, and checks how they end.
   *
   * @param lab where the jobs run
   * @param times how often
   */
  void inject(FaultLab lab, int times) throws Exception;
}
