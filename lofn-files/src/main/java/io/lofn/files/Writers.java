package io.lofn.files;

/** Who may change a tree while it is deleted. Nobody of them makes lofn leave the tree. */
public enum Writers {
  /**
   * Nobody: each container that mounts the tree is gone, and no other user can enter it. A
   * directory without the permissions to open it is given them.
   */
  GONE,

  /**
   * Somebody may be left. A directory that its owner may not read or search then stays, for on a
   * Java before 25 its mode can be changed by its path alone, and what is at a path may be changed
   * for a link meanwhile.
   */
  LIVING
}
