package io.lofn.spark;

import java.nio.file.Path;
import java.util.List;

/**
 * Directories of this node that lofn may keep files in.
 *
 * @param paths at least one, absolute
 */
record NodeDirectories(List<Path> paths) {}
