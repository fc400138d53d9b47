/*
 * The files of the container, as engines make them: the image below a layer in memory, /proc, /sys and /dev, and what the
 * document names. All of it is in a mount namespace of its own, so nothing has to be undone.
 */
#include <asm/errno.h>
#include <asm/statfs.h>
#include <linux/stat.h>

#include "mounts.h"

/* The owner of what only root of the container may change: in a user namespace there is but one user. */
static unsigned long owner(const struct world *w, unsigned long id) {
  return w->user_namespace ? id : 0;
}

static void make_directory(const char *name, int mode) {
  must(SYS(mkdirat, AT_FDCWD, name, mode), "make the directory", name);
}

/* A private tmpfs over the scratch directory, which becomes the current one: paths of the node then need no quoting. */
static void enter_scratch(struct world *w, const char *path) {
  const struct document *d = w->document;
  long target = must(SYS(openat, AT_FDCWD, path, O_PATH | O_DIRECTORY | O_CLOEXEC), "open", path);
  long memory = must(make_memory(d->length + (1 << 20), "0755", owner(w, d->uid), owner(w, d->gid), INERT), "make a tmpfs for", path);
  w->scratch = (int)must(SYS(fcntl, memory, F_DUPFD_CLOEXEC, 3), "open", path);
  mount_on(memory, target, path);
  must(SYS(fchdir, w->scratch), "enter", path);
}

static long make_overlay(struct world *w) {
  const struct document *d = w->document;
  unsigned long bytes = d->upper == 0 ? 1 << 20 : d->upper;
  long layer = must(make_memory(bytes, "0755", owner(w, d->uid), owner(w, d->gid), PROTECTED), "make the upper layer of", d->root);
  make_directory("layer", 0755);
  mount_on(layer, must(SYS(openat, AT_FDCWD, "layer", O_PATH | O_CLOEXEC), "open", "layer"), "layer");
  make_directory("layer/upper", 0755);
  make_directory("layer/work", 0755);
  /* In a user namespace, also one that somebody else has made, the kernel keeps marks in user.overlay, from 5.11 on. */
  struct options options[] = {
      {"lowerdir", "lower"}, {"upperdir", "layer/upper"}, {"workdir", "layer/work"}, {"userxattr", NULL}, {NULL, NULL}};
  if (SYS(setxattr, "layer", "trusted.overlay.lofn", "", 0, 0) == 0) {
    options[3].name = NULL;
  }
  return make_mount("overlay", options, d->new_privileges ? MOUNT_ATTR_NODEV : PROTECTED);
}

/* The image below a layer in memory: mount points are made there even if the tool may write nothing. */
static void make_root(struct world *w) {
  const struct document *d = w->document;
  long image = must(SYS(openat, AT_FDCWD, d->root, O_PATH | O_DIRECTORY | O_CLOEXEC), "open", d->root);
  enter_scratch(w, d->scratch);
  long tree = must(SYS(open_tree, image, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE), "bind", d->root);
  make_directory("lower", 0755);
  mount_on(tree, must(SYS(openat, AT_FDCWD, "lower", O_PATH | O_CLOEXEC), "open", "lower"), "lower");
  SYS(close, image);
  long root = make_overlay(w);
  w->no_overlay = root < 0 && d->upper == 0;
  if (w->no_overlay) {
    root = SYS(open_tree, AT_FDCWD, "lower", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  }
  must(root, "make an overlay of", d->root);
  make_directory("root", 0755);
  w->root = (int)must(SYS(fcntl, root, F_DUPFD_CLOEXEC, 3), "open", d->root);
  mount_on(root, must(SYS(openat, AT_FDCWD, "root", O_PATH | O_CLOEXEC), "open", "root"), "root");
  if (w->no_overlay) {
    restrict_mount(w, w->root, PROTECTED | MOUNT_ATTR_RDONLY, d->root);
  }
}

/* Hides a path, if it is there: a directory by an empty one, anything else by the null device. */
static void hide(struct world *w, const char *path) {
  long found = find(w, path);
  if (found == NONE) {
    return;
  }
  if (is_directory(found, path)) {
    struct options options[] = {{"size", "4k"}, {"nr_inodes", "2"}, {"mode", "0555"}, {NULL, NULL}};
    mount_on(must(make_mount("tmpfs", options, INERT | MOUNT_ATTR_RDONLY), "hide", path), found, path);
  } else {
    SYS(close, found);
    bind_path(w, "/dev/null", path, DEVICE_NODE);
  }
}

static void protect(struct world *w, const char *path) {
  long found = find(w, path);
  if (found != NONE) {
    bind_on(w, found, path, INERT | MOUNT_ATTR_RDONLY);
    SYS(close, found);
  }
}

static void make_proc(struct world *w) {
  static const char *const READ_ONLY[] = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};
  static const char *const HIDDEN[] = {"/proc/acpi",         "/proc/asound",     "/proc/interrupts", "/proc/kcore",
                                       "/proc/keys",         "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi",
                                       "/proc/timer_list",   "/proc/timer_stats"};
  require_directory(w, "/proc");
  mount_new(w, "proc", NULL, INERT, "/proc");
  for (size i = 0; i < sizeof READ_ONLY / sizeof READ_ONLY[0]; i++) {
    protect(w, READ_ONLY[i]);
  }
  for (size i = 0; i < sizeof HIDDEN / sizeof HIDDEN[0]; i++) {
    hide(w, HIDDEN[i]);
  }
}

/* Each cgroup of the run, where engines show it, so that a JVM or Go finds its limits. */
static void make_cgroups(struct world *w) {
  enum { VERSION_1 = 0x27e0eb, VERSION_2 = 0x63677270 };
  static const char BASE[] = "/sys/fs/cgroup";
  struct statfs fs = {0};
  struct entry e;
  char path[LONGEST_PATH + 1];
  SYS(statfs, BASE, &fs);
  long base = find(w, BASE);
  if (base == NONE) {
    return; /* a kernel without cgroups, or a /sys that does not show them */
  }
  SYS(close, base);
  if (fs.f_type == VERSION_2) {
    long cgroups = make_mount("cgroup2", NULL, INERT | MOUNT_ATTR_RDONLY);
    if (cgroups >= 0) {
      mount_on(cgroups, place(w, BASE, 1), BASE);
    }
    return;
  }
  if (w->own_sys) { /* else they are the node's, which /sys shows */
    mount_memory(w, 64 << 10, "0755", owner(w, w->document->uid), owner(w, w->document->gid), INERT, BASE);
  }
  for (size at = 0; next(w->document, &at, &e);) {
    if (e.keyword == CGROUP && starts_with(e.operand[0], BASE) && SYS(statfs, e.operand[0], &fs) == 0 && fs.f_type == VERSION_1) {
      struct text t = text_in(path, sizeof path);
      add(&t, e.operand[0]);
      for (size i = sizeof BASE; i < t.used; i++) { /* /sys/fs/cgroup/memory of /sys/fs/cgroup/memory/lofn/run */
        path[i] = path[i] == '/' ? 0 : path[i];
      }
      bind_path(w, e.operand[0], path, INERT | MOUNT_ATTR_RDONLY);
    }
  }
  if (w->own_sys) {
    long mount = must(resolve(w, BASE), "open", BASE);
    restrict_mount(w, mount, INERT | MOUNT_ATTR_RDONLY, BASE);
    SYS(close, mount);
  }
}

/* The kernel gives a sysfs to the owner of a network namespace only: the node's network, as a user, has the node's. */
static void make_sys(struct world *w) {
  require_directory(w, "/sys");
  long sys = make_mount("sysfs", NULL, INERT | MOUNT_ATTR_RDONLY);
  w->own_sys = sys >= 0;
  if (w->own_sys) {
    mount_on(sys, place(w, "/sys", 1), "/sys");
  } else {
    bind_path(w, "/sys", "/sys", INERT | MOUNT_ATTR_RDONLY);
  }
  make_cgroups(w);
  hide(w, "/sys/firmware");
  hide(w, "/sys/devices/virtual/powercap");
}

static void make_device(struct world *w, const char *path) {
  bind_path(w, path, path, DEVICE_NODE);
}

static void make_link(struct world *w, const char *target, const char *name) {
  long directory = must(resolve(w, "/dev"), "open", "/dev");
  must(SYS(symlinkat, target, directory, name), "make the link /dev/", name);
  SYS(close, directory);
}

/* The group of terminals is number 5 by custom; most user namespaces do not have it. */
static long make_terminals(void) {
  struct options options[] = {{"newinstance", NULL}, {"ptmxmode", "0666"}, {"mode", "0620"}, {"gid", "5"}, {NULL, NULL}};
  long mount = make_mount("devpts", options, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
  if (mount == -EINVAL) {
    options[3].name = NULL;
    mount = make_mount("devpts", options, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
  }
  return mount;
}

static void make_dev(struct world *w) {
  static const char *const DEVICES[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"};
  const struct document *d = w->document;
  unsigned long uid = owner(w, d->uid), gid = owner(w, d->gid);
  require_directory(w, "/dev");
  mount_memory(w, 64 << 10, "0755", uid, gid, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, "/dev");
  for (size i = 0; i < sizeof DEVICES / sizeof DEVICES[0]; i++) {
    make_device(w, DEVICES[i]);
  }
  mount_on(must(make_terminals(), "make a file system for", "/dev/pts"), place(w, "/dev/pts", 1), "/dev/pts");
  mount_memory(w, d->shm, "1777", uid, gid, INERT, "/dev/shm");
  long queues = make_mount("mqueue", NULL, INERT);
  if (queues >= 0) { /* not every kernel has them */
    mount_on(queues, place(w, "/dev/mqueue", 1), "/dev/mqueue");
  }
  make_link(w, "pts/ptmx", "ptmx");
  make_link(w, "/proc/self/fd", "fd");
  make_link(w, "/proc/self/fd/0", "stdin");
  make_link(w, "/proc/self/fd/1", "stdout");
  make_link(w, "/proc/self/fd/2", "stderr");
  make_link(w, "/proc/kcore", "core");
}

/* A small file of the document over a path; the file itself lies in the scratch tmpfs. */
static void make_text(struct world *w, const char *path, const char *content) {
  char name[32];
  struct text t = text_in(name, sizeof name);
  add(&t, "text");
  add_number(&t, (unsigned long)w->texts++);
  long file = must(SYS(openat, w->scratch, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644), "make the text of", path);
  for (size rest = length_of(content); rest > 0;) {
    long written = must(SYS(write, file, content, rest), "write the text of", path);
    content += written;
    rest -= (size)written;
  }
  bind_on(w, file, path, INERT | MOUNT_ATTR_RDONLY);
  SYS(close, file);
}

static unsigned attributes_of(const struct entry *e) {
  if (e->keyword == DEVICE) {
    return DEVICE_NODE;
  }
  return PROTECTED | (same(e->operand[0], "ro") ? MOUNT_ATTR_RDONLY : 0);
}

/* All sources are copied before the first own mount, so none of these appears in them. */
static void open_sources(struct world *w) {
  enum { READ_WRITE = 3, PRIVATE_MEMORY = 0x22 };
  struct entry e;
  size count = 0;
  w->sources = (int *)must(SYS(mmap, NULL, w->document->length, READ_WRITE, PRIVATE_MEMORY, -1, 0), "get memory", NULL);
  for (size at = 0; next(w->document, &at, &e);) {
    if (e.keyword == BIND || e.keyword == DEVICE) {
      w->sources[count++] = open_source(e.operand[e.keyword == BIND], attributes_of(&e));
    }
  }
}

static void make_entry(struct world *w, const struct entry *e) {
  const struct document *d = w->document;
  unsigned long bytes;
  switch (e->keyword) {
    case BIND:
    case DEVICE:
      mount_tree(w, *w->sources++, e->operand[1 + (e->keyword == BIND)], attributes_of(e));
      return;
    case TMPFS:
      number(e->operand[0], 10, ~0ul, &bytes);
      mount_memory(w, bytes, e->operand[1], d->uid, d->gid, PROTECTED, e->operand[2]);
      return;
    case TEXT:
      make_text(w, e->operand[0], e->operand[1]);
      return;
    default:
      return;
  }
}

/* Goes inside. The old root is mounted on the new one for a moment, and taken off there: no directory is needed for it. */
static void enter_root(struct world *w) {
  must(SYS(fchdir, w->root), "enter", w->document->root);
  must(SYS(pivot_root, ".", "."), "make the root of the container from", w->document->root);
  must(SYS(umount2, ".", 2 /* MNT_DETACH */), "unmount the root of the node", NULL);
  must(SYS(chdir, "/"), "enter", "/");
  SYS(close, w->root);
}

void make_world(const struct document *d, int user_namespace) {
  static const unsigned long PRIVATE = 1 << 14 | 1 << 18; /* MS_REC | MS_PRIVATE: no mount goes back to the node */
  struct world w = {.document = d, .user_namespace = user_namespace};
  struct entry e;
  SYS(umask, 0);
  must(SYS(mount, NULL, "/", NULL, PRIVATE, NULL), "make mounts private", NULL);
  w.old_kernel = set_attributes(-1, 0, 0) == -ENOSYS;
  open_sources(&w);
  make_root(&w);
  make_proc(&w);
  make_sys(&w);
  make_dev(&w);
  for (size at = 0; next(d, &at, &e);) {
    make_entry(&w, &e);
  }
  if (d->upper == 0) {
    restrict_mount(&w, w.root, MOUNT_ATTR_RDONLY, "/");
    restrict_shadows(&w);
  }
  enter_root(&w);
  SYS(umask, 022);
}
