/*
 * Tries, from inside a container, what would reach lofn-run or the node. Prints a line for each attempt that succeeded,
 * and "tried N" at the end.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static int tried;

static void attempt(const char *what, long result) {
  tried++;
  if (result >= 0) {
    printf("succeeded: %s\n", what);
  }
}

/* Root of the node may open some files that it then cannot read. */
static long read_byte(const char *path) {
  char byte;
  int file = open(path, O_RDONLY);
  return file < 0 ? file : read(file, &byte, 1);
}

static void open_files_of_process_1(void) {
  static const char *const NAMES[] = {"exe", "mem", "environ", "maps", "fd/0", "fd/1", "fd/2", "fd/3", "fd/4", "root/bin", "cwd/bin", "map_files", "ns/mnt", "ns/user", "auxv", "stack"};
  char path[64], link[256];
  for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
    snprintf(path, sizeof path, "/proc/1/%s", NAMES[i]);
    attempt(path, read_byte(path));
    attempt(path, open(path, O_WRONLY));
    attempt(path, readlink(path, link, sizeof link));
  }
}

static void trace_process_1(void) {
  char byte = 0;
  struct iovec here = {&byte, 1}, there = {(void *)0x400000, 1};
  attempt("PTRACE_ATTACH", ptrace(PTRACE_ATTACH, 1, 0, 0));
  attempt("PTRACE_SEIZE", ptrace(PTRACE_SEIZE, 1, 0, 0));
  attempt("process_vm_readv", process_vm_readv(1, &here, 1, &there, 1, 0));
  attempt("process_vm_writev", process_vm_writev(1, &here, 1, &there, 1, 0));
  attempt("pidfd_getfd", syscall(438, syscall(434, 1, 0), 0, 0));
}

static void leave_the_namespaces(void) {
  attempt("unshare user", unshare(CLONE_NEWUSER));
  attempt("unshare mount", unshare(CLONE_NEWNS));
  attempt("mount", mount("none", "/proc", "tmpfs", 0, ""));
  attempt("remount", mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL));
  attempt("umount", umount2("/proc/keys", MNT_DETACH));
  attempt("fsopen", syscall(430, "tmpfs", 0));
  attempt("open_tree", syscall(428, AT_FDCWD, "/", 1));
  attempt("chroot", chroot("/bin"));
  attempt("pivot_root", syscall(SYS_pivot_root, ".", "."));
  attempt("setns", setns(open("/proc/self/ns/user", O_RDONLY), 0));
  attempt("open_by_handle_at", syscall(SYS_open_by_handle_at, AT_FDCWD, "", 0));
  attempt("keyctl", syscall(SYS_keyctl, 0, -3, 1));
  attempt("add_key", syscall(SYS_add_key, "user", "x", "y", 1, -3));
  attempt("bpf", syscall(SYS_bpf, 0, 0, 0));
  attempt("sethostname", sethostname("x", 1));
}

static void write_to_the_kernel(void) {
  static const char *const NAMES[] = {"/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sys/vm/overcommit_memory", "/proc/sysrq-trigger", "/proc/sys/net/ipv4/ip_forward", "/sys/kernel/uevent_helper", "/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/memory/cgroup.procs"};
  for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
    attempt(NAMES[i], open(NAMES[i], O_WRONLY));
  }
  attempt("mknod of a disk", mknod("/dev/disk", S_IFBLK | 0600, makedev(254, 0)));
  attempt("mknod of memory", mknod("/dev/mem", S_IFCHR | 0600, makedev(1, 1)));
}

/* A file that runs. */
static void change_own_program(const char *path) {
  attempt(path, open(path, O_RDWR));
  attempt(path, open(path, O_WRONLY | O_TRUNC));
  attempt(path, truncate(path, 0));
}

int main(int count, char **arguments) {
  if (count > 1) {
    change_own_program(arguments[1]);
  } else {
    open_files_of_process_1();
    trace_process_1();
    leave_the_namespaces();
    write_to_the_kernel();
  }
  printf("tried %d\n", tried);
  return 0;
}
