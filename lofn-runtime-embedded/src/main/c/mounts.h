/* What the files about mounts share. */
#ifndef LOFN_MOUNTS_H
#define LOFN_MOUNTS_H

#include <linux/fcntl.h>
#include <linux/mount.h>

#include "run.h"

enum { PROTECTED = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, INERT = PROTECTED | MOUNT_ATTR_NOEXEC };

/* A device of the node can be written where its mount is read-only, but not given another mode, owner or time: root would
   change the node's own. */
enum { DEVICE_NODE = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RDONLY };
enum { CLONE = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH, MOST_SHADOWS = 64 };

struct world {
  const struct document *document;
  int user_namespace;
  int old_kernel; /* no mount_setattr: Linux before 5.12 */
  int no_overlay; /* the root is the image itself, read-only */
  int own_sys;    /* /sys is not the node's */
  int root;       /* the container's root directory */
  int scratch;    /* a tmpfs for what is mounted elsewhere */
  int texts;      /* how many files were made for the entries "text" */
  int *sources;   /* the trees of the entries that bind, in their order */
  int shadow[MOST_SHADOWS], shadows;
};

/* mounts.c: all paths are those of the container, all attributes MOUNT_ATTR_. */
enum { NONE = -1 };
long resolve(const struct world *w, const char *path);
/* The same, or NONE if there is nothing; fails if that cannot be told. */
long find(const struct world *w, const char *path);
/* Makes a directory of the root if it is missing; fails if it is something else, such as a link. */
void require_directory(struct world *w, const char *path);
int is_same(long one, long other);
long place(struct world *w, const char *wanted, int directory);
int is_directory(long file, const char *path);
void mount_on(long mount, long target, const char *path);
long set_attributes(long mount, unsigned attributes, int recursive);
void restrict_mount(const struct world *w, long mount, unsigned attributes, const char *path);
long copy_tree(long source, unsigned attributes, const char *path);
int open_source(const char *source, unsigned attributes);
void mount_tree(struct world *w, long tree, const char *path, unsigned attributes);
void bind_on(struct world *w, long source, const char *path, unsigned attributes);
void bind_path(struct world *w, const char *source, const char *path, unsigned attributes);
void mount_new(struct world *w, const char *type, const struct options *options, unsigned attributes, const char *path);
long make_memory(unsigned long bytes, const char *mode, unsigned long uid, unsigned long gid, unsigned attributes);
void mount_memory(struct world *w, unsigned long bytes, const char *mode, unsigned long uid, unsigned long gid, unsigned attributes, const char *path);

/* shadow.c: makes a directory of a read-only root one in memory with the same content. */
void shadow(struct world *w, long directory, const char *path);
void restrict_shadows(const struct world *w);

#endif
