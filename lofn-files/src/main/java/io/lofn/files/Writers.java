package io.lofn.files;

/**
 * Whether another process may change a tree while it is deleted. In both cases the deletion never
 * leaves the tree.
 */
public enum Writers {
  /**
   * No process: every container that mounts the tree has ended, and no other user can enter it.
   * Missing permissions of a directory are added.
   */
  GONE,

  /**
   * A process may still be running. A directory that its owner may not read or search then stays:
   * Java before 25 can change its mode only by path, and the process may replace the path by a link
   * meanwhile.
   */
  LIVING
}
