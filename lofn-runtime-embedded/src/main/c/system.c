#include <asm/errno.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/fcntl.h>
#include <linux/mount.h>
#include <linux/resource.h>
#include <linux/sched.h>

#include "run.h"

enum { SOCKET_INET = 2, SOCKET_DATAGRAM = 2, CLOSE_ON_EXEC = 02000000, SET_FLAGS = 0x8914, FLAG_UP = 1 };

int has_capability(unsigned number) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {{0, 0, 0}, {0, 0, 0}};
  return SYS(capget, &header, data) == 0 && (data[number / 32].effective >> number % 32 & 1) != 0;
}

int says(const char *path, const char *word) {
  char content[16];
  long file = SYS(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
  long n = file < 0 ? 0 : SYS(read, file, content, sizeof content - 1);
  SYS(close, file);
  n -= n > 0 && content[n - 1] == '\n';
  content[n < 0 ? 0 : n] = 0;
  return same(content, word);
}

/*
 * Root of a container often lacks CAP_SYS_ADMIN, and root of a user namespace of one user has no other user to change
 * to. They need a user namespace, as everybody else does.
 */
int is_privileged(void) {
  return SYS(geteuid) == 0 && has_capability(CAP_SYS_ADMIN) && has_capability(CAP_SETUID) && has_capability(CAP_SETGID) &&
         !says("/proc/self/setgroups", "deny");
}

long write_file(const char *path, const char *content) {
  long file = SYS(openat, AT_FDCWD, path, O_WRONLY | O_CLOEXEC);
  if (file < 0) {
    return file;
  }
  long written = SYS(write, file, content, length_of(content));
  SYS(close, file);
  return written < 0 ? written : 0;
}

static long write_map(const char *path, unsigned long inside, unsigned long outside) {
  char line[64];
  struct text t = text_in(line, sizeof line);
  add_number(&t, inside);
  add(&t, " ");
  add_number(&t, outside);
  add(&t, " 1");
  return write_file(path, line);
}

long make_user_namespace(unsigned long uid, unsigned long gid, const char **what) {
  unsigned long own_uid = (unsigned long)SYS(geteuid), own_gid = (unsigned long)SYS(getegid);
  *what = "make a user namespace";
  long error = SYS(unshare, CLONE_NEWUSER);
  if (error == 0) {
    *what = "write /proc/self/setgroups";
    /* Without this, Linux 3.19 and newer refuse a map of groups: a process could leave a group that denies access. */
    error = write_file("/proc/self/setgroups", "deny");
  }
  if (error == 0) {
    *what = "write /proc/self/uid_map";
    error = write_map("/proc/self/uid_map", uid, own_uid);
  }
  if (error == 0) {
    *what = "write /proc/self/gid_map";
    error = write_map("/proc/self/gid_map", gid, own_gid);
  }
  return error;
}

long raise_loopback(void) {
  struct {
    char name[16];
    short flags;
    char rest[22];
  } request = {"lo", FLAG_UP, ""}; /* struct ifreq; its header needs a C library */
  long socket = SYS(socket, SOCKET_INET, SOCKET_DATAGRAM | CLOSE_ON_EXEC, 0);
  if (socket < 0) {
    return socket;
  }
  long error = SYS(ioctl, socket, SET_FLAGS, &request);
  SYS(close, socket);
  return error;
}

long make_mount(const char *type, const struct options *options, unsigned attributes) {
  long context = SYS(fsopen, type, FSOPEN_CLOEXEC);
  if (context < 0) {
    return context;
  }
  /* What /proc/self/mounts shows as the device. */
  long error = SYS(fsconfig, context, FSCONFIG_SET_STRING, "source", type, 0);
  for (; error == 0 && options != NULL && options->name != NULL; options++) {
    unsigned command = options->value == NULL ? FSCONFIG_SET_FLAG : FSCONFIG_SET_STRING;
    error = SYS(fsconfig, context, command, options->name, options->value, 0);
  }
  if (error == 0) {
    error = SYS(fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
  }
  if (error == 0) {
    error = SYS(fsmount, context, FSMOUNT_CLOEXEC, attributes);
  }
  SYS(close, context);
  return error;
}

void close_from(unsigned first) {
  if (SYS(close_range, first, ~0u, 0) == 0) {
    return;
  }
  /* Before Linux 5.9, or refused by a filter: one by one. The hard limit, since a parent may have lowered the soft one. */
  struct rlimit64 {
    __u64 soft, hard;
  } limit = {1024, 1 << 20};
  SYS(prlimit64, 0, RLIMIT_NOFILE, NULL, &limit);
  for (__u64 fd = first; fd < limit.hard && fd < 1 << 20; fd++) {
    SYS(close, fd);
  }
}
