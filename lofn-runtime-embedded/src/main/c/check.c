/* Tries what a run needs, each in a process of its own that ends at once, and prints what works as JSON. */
#include <asm/errno.h>
#include <asm/signal.h>
#include <linux/capability.h>
#include <linux/fcntl.h>
#include <linux/filter.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/utsname.h>

#include "run.h"

enum { USER, MOUNT, PID, NETWORK_OWN, OVERLAY, PROC, FILTER, CGROUP_OWN, OPENAT2, PIDFD, TRIES };

static const char *const NAMES[TRIES] = {"userNamespaces", "mount", "pid", "network", "overlay",
                                         "proc", "seccomp", "cgroupNamespace", "openat2", "pidfd"};

static long enter(unsigned long namespaces) {
  const char *what;
  long error = is_privileged() ? 0 : make_user_namespace(0, 0, &what);
  return error == 0 ? SYS(unshare, namespaces) : error;
}

static long wait_for(long child) {
  int status = 0;
  while (SYS(wait4, child, &status, 0, NULL) == -EINTR) {
  }
  return (status & 0x7f) != 0 ? -EPERM : -(long)(status >> 8 & 0xff); /* a filter may kill */
}

static long try_mount(void) {
  long error = enter(CLONE_NEWNS);
  return error == 0 ? make_mount("tmpfs", NULL, 0) : error;
}

/* Layers of an overlay have to be mounted somewhere before Linux 6.15, so they are mounted over the root of this process. */
static long try_overlay(void) {
  enum { ALL_PRIVATE = 16384 | 1 << 18 }; /* MS_REC | MS_PRIVATE: no mount reaches the node's own namespace */
  struct options options[] = {{"lowerdir", "lower"}, {"upperdir", "upper"}, {"workdir", "work"}, {"userxattr", NULL}, {NULL, NULL}};
  long memory = try_mount();
  long error = memory < 0 ? memory : SYS(mount, NULL, "/", NULL, ALL_PRIVATE, NULL);
  if (error == 0) {
    error = SYS(move_mount, memory, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH);
  }
  if (error < 0 || (error = SYS(fchdir, memory)) < 0) {
    return error;
  }
  for (int i = 0; i < 3; i++) {
    SYS(mkdirat, AT_FDCWD, options[i].value, 0755);
  }
  options[3].name = SYS(setxattr, ".", "trusted.overlay.lofn", "", 0, 0) == 0 ? NULL : options[3].name;
  return make_mount("overlay", options, 0);
}

/* Process 1 of a new namespace asks for its /proc. The kernel refuses it if the one that is there is partly hidden. */
static long try_pid(int with_proc) {
  long error = enter(CLONE_NEWNS | CLONE_NEWPID);
  if (error != 0) {
    return error;
  }
  long child = SYS(clone, SIGCHLD, 0, 0, 0, 0);
  if (child == 0) {
    long result = with_proc ? make_mount("proc", NULL, 0) : 0;
    leave(result < 0 ? (int)-result : 0);
  }
  return child < 0 ? child : wait_for(child);
}

static long try_filter(void) {
  struct sock_filter all[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  struct sock_fprog program = {1, all};
  SYS(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  return SYS(seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program);
}

static long try_network(void) {
  long error = enter(CLONE_NEWNET);
  return error == 0 ? raise_loopback() : error;
}

static long attempt(int what) {
  struct open_how how = {O_PATH, 0, RESOLVE_IN_ROOT};
  const char *step;
  switch (what) {
    case USER:
      return make_user_namespace(0, 0, &step);
    case MOUNT:
      return try_mount();
    case PID:
      return try_pid(0);
    case NETWORK_OWN:
      return try_network();
    case OVERLAY:
      return try_overlay();
    case PROC:
      return try_pid(1);
    case FILTER:
      return try_filter();
    case CGROUP_OWN:
      return enter(CLONE_NEWCGROUP);
    case OPENAT2:
      return SYS(openat2, AT_FDCWD, "/", &how, sizeof how);
    default:
      return SYS(pidfd_open, SYS(getpid), 0);
  }
}

static long attempt_apart(int what) {
  long child = SYS(clone, SIGCHLD, 0, 0, 0, 0);
  if (child == 0) {
    long result = attempt(what);
    leave(result < 0 ? (int)-result : 0);
  }
  return child < 0 ? child : wait_for(child);
}

static const char *why_no_user_namespace(long error) {
  if (says("/proc/sys/kernel/unprivileged_userns_clone", "0")) { /* Debian's and Arch's own */
    return "userns-disabled-sysctl:kernel.unprivileged_userns_clone";
  }
  if (error == -ENOSPC) { /* the limit is reached: mostly it is 0, as in Red Hat 7 */
    return "userns-disabled-sysctl:user.max_user_namespaces";
  }
  if (says("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1")) { /* Ubuntu 23.10 and newer */
    return "userns-apparmor";
  }
  if (SYS(geteuid) == 0 && !has_capability(CAP_SETFCAP)) { /* which Linux 5.12 and newer ask for to map root */
    return "userns-root-without-setfcap";
  }
  return "userns-seccomp-or-lsm";
}

/* The first obstacle, in the order of a run. */
static const char *reason(const long error[TRIES], int has_sealed_file) {
  if (error[OPENAT2] == -ENOSYS || error[PIDFD] == -ENOSYS || error[MOUNT] == -ENOSYS) {
    return "kernel-too-old";
  }
  if (!has_sealed_file) {
    return "no-memfd-exec";
  }
  /* AppArmor lets a user namespace be made, and then refuses what it is for. */
  if ((error[USER] != 0 && !is_privileged()) || error[MOUNT] != 0 || error[PID] != 0 || error[NETWORK_OWN] != 0) {
    return why_no_user_namespace(error[USER]);
  }
  if (error[PROC] != 0) {
    return "proc-masked";
  }
  return error[OVERLAY] != 0 ? "no-overlay" : "";
}

static void add_flag(struct text *t, const char *name, int value) {
  add(t, ",\"");
  add(t, name);
  add(t, value ? "\":true" : "\":false");
}

void print_check(int has_sealed_file) {
  char line[1024];
  long error[TRIES];
  struct new_utsname system = {.release = ""};
  struct text t = text_in(line, sizeof line);
  SYS(uname, &system);
  add(&t, "{\"version\":1,\"kernel\":\"");
  add(&t, system.release);
  add(&t, "\",\"uid\":");
  add_number(&t, (unsigned long)SYS(geteuid));
  for (int i = 0; i < TRIES; i++) {
    error[i] = attempt_apart(i);
    add_flag(&t, NAMES[i], error[i] == 0);
  }
  add_flag(&t, "memfdExec", has_sealed_file);
  add(&t, ",\"reason\":\"");
  add(&t, reason(error, has_sealed_file));
  add(&t, "\"}\n");
  print(1, line);
}
