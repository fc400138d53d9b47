/** Runs tools over the partitions of Spark data: the entry point, and the code on the executors. */
@NullMarked
package io.lofn.spark;

import org.jspecify.annotations.NullMarked;
