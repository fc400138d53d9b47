#include <asm/errno.h>
#include <linux/auxvec.h>
#include <linux/fcntl.h>
#include <linux/memfd.h>
#include <linux/prctl.h>

#include "run.h"

enum { SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE };
#ifndef MFD_EXEC
#define MFD_EXEC 0x10u
#endif

/* A descriptor 0, 1 or 2 that is closed would become that of the next file that is opened. */
static void fill_streams(void) {
  for (int fd = 0; fd < 3; fd++) {
    if (SYS(fcntl, fd, F_GETFD) == -EBADF) {
      must(SYS(openat, AT_FDCWD, "/dev/null", O_RDWR), "open", "/dev/null");
    }
  }
}

static long make_sealed_copy(int program) {
  long copy = SYS(memfd_create, "lofn-run", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
  if (copy == -EINVAL) { /* before Linux 6.3 every such file may be executed */
    copy = SYS(memfd_create, "lofn-run", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  }
  long n = copy;
  while (n > 0) {
    n = SYS(sendfile, copy, program, NULL, 1 << 20);
  }
  return n < 0 ? n : SYS(fcntl, copy, F_ADD_SEALS, SEALS) < 0 ? -EPERM : copy;
}

/*
 * The file of a running program can be opened through /proc, and that of lofn-run belongs to the tool's own user: who
 * changes it has the next container's process 1. So lofn-run runs from a copy in memory that nobody can change.
 * It also forgets the executor's environment and its own path, which the tool could see. Returns 0 if it runs from the
 * copy by now; a variable or an argument could lie about that.
 */
static long seal(const char *const *arguments, const char *const *environment) {
  static const char *const SEALED[] = {"LOFN_RUN_SEALED=", NULL}; /* an emulator that shows no seals would go on for ever */
  long program = SYS(openat, AT_FDCWD, "/proc/self/exe", O_RDONLY | O_CLOEXEC);
  if (program < 0) {
    return program;
  }
  long seals = SYS(fcntl, program, F_GET_SEALS);
  if (seals >= 0 && (seals & SEALS) == SEALS) {
    SYS(close, program);
    return 0;
  }
  if (environment[0] != NULL && same(environment[0], SEALED[0])) {
    return -EPERM;
  }
  long copy = make_sealed_copy((int)program);
  return copy < 0 ? copy : SYS(execveat, copy, "", arguments, SEALED, AT_EMPTY_PATH);
}

static void read_file(const char *path, struct document *d) {
  long file = must(SYS(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC), "open", path);
  read_input((int)file, d);
  d->by_hand = 1;
  SYS(close, file);
}

static _Noreturn void use(void) {
  print(2, "lofn-run: use: lofn-run [--file FILE | --shell FILE [PROGRAM [ARGUMENT...]] | --check | --version]\n");
  leave(FAILED);
}

static _Noreturn void start(size count, const char *const *arguments, long sealed) {
  static const char *const SHELL[] = {"/bin/sh", NULL};
  struct document d;
  const char *word = count > 1 ? arguments[1] : "";
  if (count == 2 && same(word, "--check")) {
    print_check(sealed == 0);
    leave(0);
  }
  must(sealed, "run from a sealed copy of", "/proc/self/exe");
  if (count == 1) {
    read_input(0, &d);
  } else if ((count == 3 && same(word, "--file")) || (count >= 3 && same(word, "--shell"))) {
    read_file(arguments[2], &d);
    d.has_stdin = d.has_stdin || same(word, "--shell");
  } else {
    use();
  }
  leave(run(&d, same(word, "--shell") ? (count > 3 ? arguments + 3 : SHELL) : NULL));
}

static _Noreturn void begin(size count, const char **arguments) {
  fill_streams();
  close_from(3);
  reset_signals(); /* a parent may ignore SIGCHLD: then nobody is told of an end */
  if (count == 2 && same(arguments[1], "--version")) {
    print(1, "lofn-run 1\n");
    leave(0);
  }
  arguments[0] = count > 0 ? "lofn-run" : NULL;
  long sealed = seal(arguments, (const char *const *)arguments + count + 1);
  SYS(prctl, PR_SET_NAME, "lofn-run", 0, 0, 0);
  start(count, arguments, sealed);
}

#ifdef LOFN_HOSTED
int main(int count, const char **arguments) {
  begin((size)count, arguments);
}
#else
#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n xor %ebp,%ebp\n mov %rsp,%rdi\n and $-16,%rsp\n call from_kernel\n hlt\n");
#else
__asm__(".globl _start\n_start:\n mov x29,#0\n mov x30,#0\n mov x0,sp\n bl from_kernel\n brk #0\n");
#endif

_Noreturn void from_kernel(long *stack);

/* The stack that the kernel makes: the number of arguments, they, NULL, the variables, NULL, pairs of numbers. */
_Noreturn void from_kernel(long *stack) {
  size count = (size)stack[0];
  const char **arguments = (const char **)(stack + 1);
  const char *const *end = (const char *const *)arguments + count + 1;
  while (*end++ != NULL) {
  }
  for (const unsigned long *pair = (const unsigned long *)end; pair[0] != AT_NULL; pair += 2) {
    if (pair[0] == AT_SECURE && pair[1] != 0) {
      /* Anybody's document would be run with somebody else's rights. */
      print(2, "lofn-run: cannot run set-uid, set-gid or with capabilities of its file\n");
      leave(FAILED);
    }
  }
  begin(count, arguments);
}
#endif
