/*
 * Where no overlay can be had (in a user namespace before Linux 5.11), the root is the image itself, and read-only. A
 * directory in which a mount point is missing is then replaced by one in memory that has the same names in it: links are
 * copied, all else is bound.
 */
#include <asm/errno.h>
#include <linux/stat.h>

#include "mounts.h"

struct name { /* of the kernel: struct linux_dirent64 */
  __u64 number;
  __s64 offset;
  __u16 length;
  __u8 type;
  char name[];
};

static void copy_name(long from, long to, const char *name) {
  struct statx status;
  char target[LONGEST_PATH + 1];
  must(SYS(statx, from, name, AT_SYMLINK_NOFOLLOW, STATX_TYPE, &status), "read the type of", name);
  if ((status.stx_mode & S_IFMT) == S_IFLNK) {
    target[must(SYS(readlinkat, from, name, target, LONGEST_PATH), "read the link", name)] = 0;
    must(SYS(symlinkat, target, to, name), "copy the link", name);
    return;
  }
  if ((status.stx_mode & S_IFMT) == S_IFDIR) {
    must(SYS(mkdirat, to, name, 0755), "copy the directory", name);
  } else {
    SYS(close, must(SYS(openat, to, name, O_CREAT | O_EXCL | O_CLOEXEC, 0644), "copy the file", name));
  }
  long source = must(SYS(openat, from, name, O_PATH | O_NOFOLLOW | O_CLOEXEC), "open", name);
  long tree = must(SYS(open_tree, source, "", CLONE | AT_RECURSIVE), "bind", name);
  mount_on(tree, must(SYS(openat, to, name, O_PATH | O_NOFOLLOW | O_CLOEXEC), "open", name), name);
  SYS(close, source);
}

static int is_itself(const char *name) {
  return same(name, ".") || same(name, "..");
}

void shadow(struct world *w, long directory, const char *path) {
  char names[8192] __attribute__((aligned(8)));
  unsigned long uid = w->user_namespace ? w->document->uid : 0, gid = w->user_namespace ? w->document->gid : 0;
  must(w->shadows == MOST_SHADOWS ? -ENOSPC : 0, "make the mount point", path);
  long memory = must(make_memory(1 << 20, "0755", uid, gid, PROTECTED), "make a tmpfs for", path);
  long copy = must(SYS(fcntl, memory, F_DUPFD_CLOEXEC, 3), "open", path);
  long old = must(SYS(openat, directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "read the directory of", path);
  mount_on(memory, must(SYS(fcntl, directory, F_DUPFD_CLOEXEC, 3), "open", path), path);
  for (long n; (n = must(SYS(getdents64, old, names, sizeof names), "read the directory of", path)) > 0;) {
    for (long at = 0; at < n;) {
      const struct name *one = (const struct name *)(names + at);
      if (!is_itself(one->name)) {
        copy_name(old, copy, one->name);
      }
      at += one->length;
    }
  }
  if (is_same(directory, w->root)) {
    w->root = (int)copy; /* the new root lies on the old one */
  }
  w->shadow[w->shadows++] = (int)copy;
  SYS(close, old);
}

void restrict_shadows(const struct world *w) {
  for (int i = 0; i < w->shadows; i++) {
    restrict_mount(w, w->shadow[i], MOUNT_ATTR_RDONLY, "/");
  }
}
