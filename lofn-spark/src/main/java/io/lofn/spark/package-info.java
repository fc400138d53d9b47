/** Tools over the partitions of Spark data: the entry point and what runs on the executors. */
@NullMarked
package io.lofn.spark;

import org.jspecify.annotations.NullMarked;
