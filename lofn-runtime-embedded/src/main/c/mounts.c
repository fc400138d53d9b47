/*
 * Mounts, by descriptors, never by paths below the root: a path of the image is resolved by openat2 with
 * RESOLVE_IN_ROOT (Linux 5.6), for which the root of the image is "/", so no link in it leads out, and what was resolved
 * cannot become something else before it is mounted on.
 */
#include <asm/errno.h>
#include <asm/statfs.h>
#include <linux/openat2.h>
#include <linux/stat.h>

#include "mounts.h"

static const unsigned long REMOUNT = 32 | 4096; /* MS_REMOUNT | MS_BIND */

/*
 * The kernel answers EAGAIN to a path with ".." if anything on the node was mounted or renamed meanwhile: it cannot
 * tell then whether the path has left the root.
 */
static long open_inside(const struct world *w, const char *path, __u64 flags, __u64 resolve) {
  struct open_how how = {O_PATH | O_CLOEXEC | flags, 0, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | resolve};
  long found = -EAGAIN;
  for (int tries = 0; found == -EAGAIN && tries < 10000; tries++) {
    found = SYS(openat2, w->root, path, &how, sizeof how);
  }
  return found;
}

long resolve(const struct world *w, const char *path) {
  return open_inside(w, path, 0, 0);
}

long find(const struct world *w, const char *path) {
  long found = resolve(w, path);
  return found == -ENOENT || found == -ENOTDIR ? NONE : must(found, "find", path);
}

int is_same(long one, long other) {
  struct statx a, b;
  must(SYS(statx, one, "", AT_EMPTY_PATH, STATX_INO, &a), "read the number of", "a directory");
  must(SYS(statx, other, "", AT_EMPTY_PATH, STATX_INO, &b), "read the number of", "a directory");
  return a.stx_ino == b.stx_ino && a.stx_dev_major == b.stx_dev_major && a.stx_dev_minor == b.stx_dev_minor;
}

/*
 * Makes name in parent; *end is where path goes on behind name. Returns 1 if path has to be looked at again from its
 * beginning: name is a link, and path is now what it stands for, or parent was replaced by what can be written.
 */
static int make_one(struct world *w, long parent, char *path, const char *name, char *end, char next, int directory) {
  long made = directory ? SYS(mkdirat, parent, name, 0755) : SYS(openat, parent, name, O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (made >= 0) {
    if (!directory) {
      SYS(close, made);
    }
    return 0;
  }
  if (made == -EROFS && w->no_overlay) {
    shadow(w, parent, path);
    *end = next;
    return 1;
  }
  char target[LONGEST_PATH + 1], rest[LONGEST_PATH + 1];
  long length = made == -EEXIST ? SYS(readlinkat, parent, name, target, LONGEST_PATH) : made;
  if (length == -EINVAL || (made == -EEXIST && length == -ENOENT)) { /* another container made or deleted it meanwhile */
    *end = next;
    return 1;
  }
  must(length, "make the mount point", path);
  target[length] = 0;
  struct text tail = text_in(rest, sizeof rest);
  if (next != 0) {
    add(&tail, "/");
    add(&tail, end + 1);
  }
  struct text t = {path, target[0] == '/' ? 0 : (size)(name - path), LONGEST_PATH + 1};
  add(&t, target);
  add(&t, rest);
  must(t.used == LONGEST_PATH ? -ENAMETOOLONG : 0, "make the mount point", path);
  return 1;
}

static void make_missing(struct world *w, char *path, int directory) {
  long parent = must(resolve(w, "/"), "find the root", NULL);
  for (char *end = path; *end != 0;) {
    char *name = end;
    while (*name == '/') {
      name++;
    }
    for (end = name; *end != 0 && *end != '/'; end++) {
    }
    char next = *end;
    *end = 0;
    long here = resolve(w, path);
    if (here == -ENOENT) {
      if (make_one(w, parent, path, name, end, next, directory || next != 0)) {
        break;
      }
      here = resolve(w, path);
    }
    must(here, "find the mount point", path);
    *end = next;
    SYS(close, parent);
    parent = here;
  }
  SYS(close, parent);
}

/*
 * Returns a path of the container that can be mounted on, and makes what is missing of it. A link to what is not
 * there is followed, too, as engines do. The text of a link is no danger: it is resolved in the root.
 */
long place(struct world *w, const char *wanted, int directory) {
  char path[LONGEST_PATH + 1];
  struct text t = text_in(path, sizeof path);
  add(&t, wanted);
  while (t.used > 1 && path[t.used - 1] == '/') {
    path[--t.used] = 0;
  }
  for (int tries = 0; tries < LONGEST_PATH; tries++) {
    long found = resolve(w, path);
    if (found != -ENOENT) {
      must(found, "find the mount point", wanted);
      /* What is mounted on the root itself is not seen at "/", but at "/..". */
      must(is_same(found, w->root) ? -EBUSY : 0, "mount on the root of the container at", wanted);
      return found;
    }
    make_missing(w, path, directory);
  }
  fail("make the mount point", wanted, -ELOOP);
}

/*
 * An image could have a link at /proc: what is then mounted there, and what hides parts of it, would be at places of
 * the image's choice.
 */
void require_directory(struct world *w, const char *path) {
  char copy[16];
  long found = -ENOENT;
  for (int tries = 0; tries < 3; tries++) { /* to make it may first replace what it is in */
    struct text t = text_in(copy, sizeof copy);
    add(&t, path);
    found = open_inside(w, path, O_DIRECTORY, RESOLVE_NO_SYMLINKS);
    if (found != -ENOENT) {
      break;
    }
    make_missing(w, copy, 1);
  }
  SYS(close, must(found, "mount on what must be a directory of the image:", path));
}

void mount_on(long mount, long target, const char *path) {
  unsigned flags = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;
  must(SYS(move_mount, mount, "", target, "", flags), "mount on", path);
  SYS(close, mount);
  SYS(close, target);
}

long set_attributes(long mount, unsigned attributes, int recursive) {
  struct mount_attr set = {attributes, 0, 0, 0};
  return SYS(mount_setattr, mount, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), &set, sizeof set);
}

/* Before mount_setattr (Linux 5.12): mount(2), which takes paths only, so that of the descriptor. */
static long remount(long mount, unsigned attributes) {
  struct statfs now;
  char name[40];
  struct text t = text_in(name, sizeof name);
  add(&t, "/proc/self/fd/");
  add_number(&t, (unsigned long)mount);
  long error = SYS(fstatfs, mount, &now);
  if (error < 0) {
    return error;
  }
  /* The bits of MOUNT_ATTR_ and of MS_ are the same for these four; those that are set stay so, since they may be locked. */
  return SYS(mount, NULL, name, NULL, REMOUNT | attributes | ((unsigned long)now.f_flags & 15), NULL);
}

void restrict_mount(const struct world *w, long mount, unsigned attributes, const char *path) {
  long error = w->old_kernel ? remount(mount, attributes) : set_attributes(mount, attributes, 0);
  must(error, "set the options of", path);
}

/* Copies what a descriptor shows, with all mounts below, to be mounted elsewhere. */
long copy_tree(long source, unsigned attributes, const char *path) {
  long tree = must(SYS(open_tree, source, "", CLONE | AT_RECURSIVE), "bind", path);
  long error = set_attributes(tree, attributes, 1);
  if (error == -ENOSYS) {
    /* The mounts below would keep their options, so they are left out, except in a user namespace: they are locked. */
    long alone = SYS(open_tree, source, "", CLONE);
    if (alone >= 0) {
      SYS(close, tree);
      return alone;
    }
    return must(alone == -EINVAL ? tree : alone, "bind", path);
  }
  must(error, "set the options of", path);
  return tree;
}

int is_directory(long file, const char *path) {
  struct statx status;
  must(SYS(statx, file, "", AT_EMPTY_PATH, STATX_TYPE, &status), "read the type of", path);
  return (status.stx_mode & S_IFMT) == S_IFDIR;
}

void mount_tree(struct world *w, long tree, const char *path, unsigned attributes) {
  mount_on(tree, place(w, path, is_directory(tree, path)), path);
  if (w->old_kernel) {
    long mount = must(resolve(w, path), "find the mount point", path);
    restrict_mount(w, mount, attributes, path);
    SYS(close, mount);
  }
}

void bind_on(struct world *w, long source, const char *path, unsigned attributes) {
  mount_tree(w, copy_tree(source, attributes, path), path, attributes);
}

int open_source(const char *source, unsigned attributes) {
  long file = must(SYS(openat, AT_FDCWD, source, O_PATH | O_CLOEXEC), "open", source);
  long tree = copy_tree(file, attributes, source);
  SYS(close, file);
  return (int)tree;
}

void bind_path(struct world *w, const char *source, const char *path, unsigned attributes) {
  mount_tree(w, open_source(source, attributes), path, attributes);
}

void mount_new(struct world *w, const char *type, const struct options *options, unsigned attributes, const char *path) {
  long mount = must(make_mount(type, options, attributes), "make a file system for", path);
  mount_on(mount, place(w, path, 1), path);
}

static const char *decimal(char *buffer, unsigned long value) {
  struct text t = text_in(buffer, 24);
  add_number(&t, value);
  return buffer;
}

/* A tmpfs with a cap on its bytes also gets one on its files, which take the node's memory, too. */
long make_memory(unsigned long bytes, const char *mode, unsigned long uid, unsigned long gid, unsigned attributes) {
  char room[24], files[24], user[24], group[24];
  struct options options[] = {{"size", decimal(room, bytes)},  {"nr_inodes", decimal(files, bytes / 1024 + 1024)},
                              {"mode", mode},                  {"uid", decimal(user, uid)},
                              {"gid", decimal(group, gid)},    {NULL, NULL}};
  return make_mount("tmpfs", options, attributes);
}

void mount_memory(struct world *w, unsigned long bytes, const char *mode, unsigned long uid, unsigned long gid, unsigned attributes, const char *path) {
  mount_on(must(make_memory(bytes, mode, uid, gid, attributes), "make a tmpfs for", path), place(w, path, 1), path);
}
