/** Volumes and outputs on Hadoop file systems. */
@NullMarked
package io.lofn.hdfs;

import org.jspecify.annotations.NullMarked;
