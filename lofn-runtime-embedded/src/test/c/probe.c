/*
 * probe [install]: tries system calls, each in a process of its own, and prints a line for each: its name and 0, the error
 * that it got, or the signal that ended it. With install it puts the filter of a tool without capabilities on itself first.
 * Has no C library, as lofn-run: it runs in an empty image, and is compiled for either architecture by one compiler.
 */
#include <asm/signal.h>
#include <linux/fcntl.h>
#include <linux/keyctl.h>
#include <linux/prctl.h>
#include <linux/sched.h>

#include "filter.h"
#include "sys.h"

#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n xor %ebp,%ebp\n mov %rsp,%rdi\n and $-16,%rsp\n call begin\n hlt\n");
#else
__asm__(".globl _start\n_start:\n mov x29,#0\n mov x30,#0\n mov x0,sp\n bl begin\n brk #0\n");
#endif

_Noreturn void begin(long *stack);

static _Noreturn void leave(int code) {
  for (;;) {
    SYS(exit_group, code);
  }
}

static void print(const char *s) {
  unsigned long length = 0;
  while (s[length] != 0) {
    length++;
  }
  SYS(write, 1, s, length);
}

static void print_number(long value) {
  char digits[24];
  char *at = digits + sizeof digits - 1;
  *at = 0;
  do {
    *--at = (char)('0' + value % 10);
    value /= 10;
  } while (value != 0);
  print(at);
}

/* No call does anything, even if it is allowed: its arguments are wrong. The filter does not look at these. */
#define NOWHERE "/there is no such file"

enum probe {
  GETPID, UNSHARE_USER, UNSHARE_MOUNT, SETNS, MOUNT, UMOUNT, MOUNT_SETATTR, OPEN_TREE, FSOPEN, PIVOT_ROOT, CHROOT, KEYCTL,
  ADD_KEY, BPF, IO_URING, USERFAULTFD, PERF, KEXEC, REBOOT, SWAPON, INIT_MODULE, SETTIME, OPEN_BY_HANDLE, CLONE, CLONE_USER,
  CLONE_MOUNT, CLONE3, FCHMODAT2, UNIX, VSOCK, VSOCK_HIGH, ALG, ALG_HIGH, PERSONALITY_QUERY, PERSONALITY_RANDOM, NEWEST,
  NEGATIVE, X32, I386, PROBES
};

static const char *const NAMES[PROBES] = {
    "getpid", "unshare-user", "unshare-mount", "setns", "mount", "umount", "mount_setattr", "open_tree", "fsopen", "pivot_root",
    "chroot", "keyctl", "add_key", "bpf", "io_uring_setup", "userfaultfd", "perf_event_open", "kexec_load", "reboot", "swapon",
    "init_module", "settimeofday", "open_by_handle_at", "clone", "clone-user", "clone-mount", "clone3", "fchmodat2", "socket-unix",
    "socket-vsock", "socket-vsock-high", "socket-alg", "socket-alg-high", "personality-query", "personality-random", "newest",
    "negative", "x32", "i386",
};

static long duplicate(unsigned long flags) {
  long child = SYS(clone, flags | SIGCHLD, 0, 0, 0, 0);
  if (child == 0) {
    leave(0);
  }
  return child;
}

static long other_abi(enum probe probe) {
#if defined(__x86_64__)
  if (probe == X32) {
    return sys6(__NR_getpid | 0x40000000, 0, 0, 0, 0, 0, 0);
  }
  int result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "memory"); /* getpid of i386 */
  return result;
#else
  (void)probe;
  return -38; /* arm64 has no second way in */
#endif
}

static long call(enum probe probe) {
  enum { AF_UNIX = 1, AF_ALG = 38, AF_VSOCK = 40, STREAM = 1, NO_RANDOM = 0x40000, NOT_PERMITTED = 1 };
  static char nothing[256];
  switch (probe) {
    case GETPID: return SYS(getpid);
    case UNSHARE_USER: return SYS(unshare, CLONE_NEWUSER);
    case UNSHARE_MOUNT: return SYS(unshare, CLONE_NEWNS);
    case SETNS: return SYS(setns, -1, 0);
    case MOUNT: return SYS(mount, "none", NOWHERE, "tmpfs", 0, NULL);
    case UMOUNT: return SYS(umount2, NOWHERE, 0);
    case MOUNT_SETATTR: return SYS(mount_setattr, -1, "", 0, nothing, 32);
    case OPEN_TREE: return sys6(428, AT_FDCWD, (long)"/", 1, 0, 0, 0);
    case FSOPEN: return sys6(430, (long)"tmpfs", 0, 0, 0, 0, 0);
    case PIVOT_ROOT: return SYS(pivot_root, NOWHERE, NOWHERE);
    case CHROOT: return SYS(chroot, NOWHERE);
    case KEYCTL: return SYS(keyctl, KEYCTL_GET_KEYRING_ID, -3, 0);
    case ADD_KEY: return SYS(add_key, "user", "lofn", "x", 1, -3);
    case BPF: return SYS(bpf, 0, nothing, sizeof nothing);
    case IO_URING: return sys6(425, 8, (long)nothing, 0, 0, 0, 0);
    case USERFAULTFD: return SYS(userfaultfd, 1);
    case PERF: return SYS(perf_event_open, nothing, 0, -1, -1, 0);
    case KEXEC: return SYS(kexec_load, 0, 0, NULL, -1);
    case REBOOT: return SYS(reboot, 0, 0, 0, 0);
    case SWAPON: return SYS(swapon, NOWHERE, 0);
    case INIT_MODULE: return SYS(init_module, NULL, 0, "");
    case SETTIME: return SYS(settimeofday, NULL, NULL);
    case OPEN_BY_HANDLE: return SYS(open_by_handle_at, -1, nothing, 0);
    case CLONE: return duplicate(0);
    case CLONE_USER: return duplicate(CLONE_NEWUSER);
    case CLONE_MOUNT: return duplicate(CLONE_NEWNS);
    case CLONE3: return sys6(435, (long)nothing, 0, 0, 0, 0, 0);
    case FCHMODAT2: return sys6(452, -1, (long)"none", 0600, 0, 0, 0) == -NOT_PERMITTED ? -NOT_PERMITTED : 0;
    case UNIX: return SYS(socket, AF_UNIX, STREAM, 0);
    case VSOCK: return SYS(socket, AF_VSOCK, STREAM, 0);
    case VSOCK_HIGH: return SYS(socket, AF_VSOCK | 1L << 32, STREAM, 0);
    case ALG: return SYS(socket, AF_ALG, 5, 0);
    case ALG_HIGH: return SYS(socket, AF_ALG | 1L << 32, 5, 0);
    case PERSONALITY_QUERY: return SYS(personality, 0xffffffff);
    case PERSONALITY_RANDOM: return SYS(personality, NO_RANDOM);
    case NEWEST: return sys6(0x1fffffff, 0, 0, 0, 0, 0, 0);
    case NEGATIVE: return sys6(-5, 0, 0, 0, 0, 0, 0);
    default: return other_abi(probe);
  }
}

static void try(enum probe probe) {
  int status = 0;
  long child = SYS(clone, SIGCHLD, 0, 0, 0, 0);
  if (child == 0) {
    long result = call(probe);
    leave(result < 0 ? (int)-result : 0);
  }
  SYS(wait4, child, &status, 0, NULL);
  print(NAMES[probe]);
  print((status & 0x7f) != 0 ? " signal " : " ");
  print_number((status & 0x7f) != 0 ? status & 0x7f : status >> 8 & 0xff);
  print("\n");
}

_Noreturn void begin(long *stack) {
  struct sock_filter filter[LOFN_FILTER_MAX];
  struct sock_fprog program = {lofn_filter_for(0, filter), filter};
  if (stack[0] > 1) {
    SYS(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (SYS(seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0) {
      leave(1);
    }
  }
  print("filter ");
  print_number(SYS(prctl, PR_GET_SECCOMP, 0, 0, 0, 0));
  print("\n");
  for (enum probe probe = GETPID; probe < PROBES; probe++) {
    try(probe);
  }
  leave(0);
}
