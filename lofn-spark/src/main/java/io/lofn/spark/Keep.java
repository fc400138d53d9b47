package io.lofn.spark;

/** Which exchanges outlive their run. */
enum Keep {
  NEVER,
  ON_FAILURE
}
