/* What the tool must not have is given up here, in the one order in which each step still may be done. */
#include <asm/errno.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/resource.h>
#include <linux/seccomp.h>

#include "filter.h"
#include "run.h"

static void set_limit(unsigned long resource, unsigned long soft, unsigned long hard, const char *name) {
  struct {
    __u64 soft, hard;
  } limit = {soft, hard};
  must(SYS(prlimit64, 0, resource, &limit, NULL), "set the limit number", name);
}

/* The limit of processes counts those of the user, so a low one would stop the start of the tool: it is set last. */
static void set_limits(const struct document *d, int of_processes) {
  struct entry e;
  unsigned long resource, soft, hard;
  for (size at = 0; next(d, &at, &e);) {
    if (e.keyword != RLIMIT) {
      continue;
    }
    number(e.operand[0], 10, ~0ul, &resource);
    soft = hard = RLIM64_INFINITY;
    number(e.operand[1], 10, ~0ul, &soft);
    number(e.operand[2], 10, ~0ul, &hard);
    if ((resource == RLIMIT_NPROC) == of_processes) {
      set_limit(resource, soft, hard, e.operand[0]);
    }
  }
}

void keep_limits(const struct document *d) {
  set_limits(d, 1);
}

/* Files of a crash would be written to the tool's directory, which may be the user's data. */
static void limit(const struct document *d) {
  set_limits(d, 0);
  set_limit(RLIMIT_CORE, 0, 0, "core");
}

static void drop_bounding_set(unsigned long kept) {
  for (unsigned long number = 0; number < 64; number++) {
    long has = SYS(prctl, PR_CAPBSET_READ, number, 0, 0, 0);
    if (has < 0) {
      return; /* the kernel has no more */
    }
    if (has == 1 && (kept >> number & 1) == 0) {
      must(SYS(prctl, PR_CAPBSET_DROP, number, 0, 0, 0), "drop a capability", NULL);
    }
  }
}

static void install(struct sock_filter *filter, unsigned short length) {
  struct sock_fprog program = {length, filter};
  /* Without this flag, kernels before 5.16 slow every program down (a defence against its own code, as of a JIT). */
  must(SYS(seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program), "install the filter of system calls", NULL);
}

static void install_filter(unsigned long kept) {
  struct sock_filter filter[LOFN_FILTER_MAX];
  install(filter, lofn_filter_for(kept, filter));
}

/* With the node's terminal, a program could type into the shell outside (CVE-2016-10124's kind; Linux 6.2 can refuse it). */
static void install_terminal_filter(void) {
  enum { TYPE = 0x5412 /* TIOCSTI */, SELECT = 0x541c /* TIOCLINUX */ };
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, __builtin_offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_ioctl, 0, 4),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, __builtin_offsetof(struct seccomp_data, args[1])), /* the low half: both are little-endian */
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TYPE, 1, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SELECT, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  install(filter, sizeof filter / sizeof filter[0]);
}

static void set_ids(const struct document *d, int user_namespace) {
  if (!user_namespace) {
    must(SYS(setgroups, 0, NULL), "drop the groups", NULL);
  }
  must(SYS(setresgid, d->gid, d->gid, d->gid), "set the group", NULL);
  must(SYS(setresuid, d->uid, d->uid, d->uid), "set the user", NULL);
}

static void set_capabilities(unsigned long kept, int inherit) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2];
  for (int i = 0; i < 2; i++) {
    data[i].effective = data[i].permitted = (__u32)(kept >> 32 * i);
    data[i].inheritable = inherit ? data[i].permitted : 0;
  }
  must(SYS(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0), "clear the ambient capabilities", NULL);
  must(SYS(capset, &header, data), "set the capabilities", NULL);
  for (unsigned long number = 0; inherit && number < 64; number++) {
    if ((kept >> number & 1) != 0) {
      must(SYS(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0), "keep a capability", NULL);
    }
  }
}

void drop_privileges(const struct document *d, int user_namespace, int on_terminal) {
  limit(d);
  if (!d->new_privileges) {
    must(SYS(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "refuse new privileges", NULL);
  }
  drop_bounding_set(d->caps); /* needs CAP_SETPCAP */
  if (on_terminal) {
    install_terminal_filter();
  }
  if (!d->no_seccomp) {
    install_filter(d->caps); /* needs CAP_SYS_ADMIN where new privileges are allowed */
  }
  /* A change of the user from root drops all capabilities, unless this is said before. */
  must(SYS(prctl, PR_SET_KEEPCAPS, d->caps != 0, 0, 0, 0), "keep capabilities", NULL);
  set_ids(d, user_namespace); /* needs CAP_SETUID and CAP_SETGID */
  set_capabilities(d->caps, d->uid != 0);
}
