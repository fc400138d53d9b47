/*
 * Three processes: H, which the JVM started; I, process 1 of the container; the tool. H waits outside of the
 * namespaces and ends when the last process inside has: the kernel kills them all when I ends.
 *
 * H is a child of a thread of the JVM that may end at any time, so it watches the JVM by a pidfd (Linux 5.3), not by
 * the parent-death signal, which follows threads. H has one thread, so that signal is right between H and I.
 */
#include <asm/errno.h>
#include <asm/signal.h>
#include <asm/poll.h>
#include <asm/statfs.h>
#include <linux/fcntl.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/signalfd.h>

#include "run.h"

enum { SET_FOREGROUND = 0x5410, NO_HANG = 1 };
#define BIT(signal) (1ul << ((signal) - 1))
static const unsigned long PASSED_ON = BIT(SIGTERM) | BIT(SIGINT) | BIT(SIGHUP) | BIT(SIGQUIT) | BIT(SIGUSR1) | BIT(SIGUSR2);

struct start {
  struct document *document;
  const char *const *shell; /* a program to run on the terminal in place of the document's */
  int user_namespace;
  int null;   /* the null device, of the node and then of the container */
  int outer;  /* the end of the pipe by which I learns its process id outside, and that H is gone */
  int parent; /* pidfd of the JVM, or -1 */
};

static void set_mask(unsigned long blocked) {
  SYS(rt_sigprocmask, SIG_SETMASK, &blocked, NULL, sizeof blocked);
}

/* What holds the ends of the tool's pipes keeps their readers from the end of the stream. */
static void leave_streams(int null) {
  for (int fd = 0; fd < 3; fd++) {
    SYS(dup3, null, fd, 0);
  }
}

static int exit_code(int status) {
  return (status & 0x7f) != 0 ? SIGNALLED + (status & 0x7f) : status >> 8 & 0xff;
}

/* --- the tool --- */

static const char *path_variable(const char *const *environment) {
  for (; *environment != NULL; environment++) {
    const char *s = *environment;
    if (s[0] == 'P' && s[1] == 'A' && s[2] == 'T' && s[3] == 'H' && s[4] == '=') {
      return s + 5;
    }
  }
  return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

/* Tries each directory as execvp does: a file that may not be executed is no reason to look no further. */
static long execute_by_path(const char *const *arguments, const char *const *environment) {
  char file[2 * LONGEST_PATH];
  long error = -ENOENT;
  for (const char *p = path_variable(environment); *p != 0; p += *p == ':') {
    struct text t = text_in(file, LONGEST_PATH);
    while (*p != 0 && *p != ':') {
      char one[2] = {*p++, 0};
      add(&t, one);
    }
    if (t.used == 0) {
      continue; /* an empty name means the current directory, which holds the user's data */
    }
    t.room = sizeof file;
    add(&t, "/");
    add(&t, arguments[0]);
    long result = SYS(execve, file, arguments, environment);
    if (result != -ENOENT && result != -ENOTDIR && result != -EACCES) {
      return result;
    }
    error = result == -EACCES ? result : error;
  }
  return error;
}

static int has_slash(const char *s) {
  while (*s != 0 && *s != '/') {
    s++;
  }
  return *s == '/';
}

static _Noreturn void execute(const char *const *arguments, const char *const *environment) {
  const char *program = arguments[0];
  long error = has_slash(program) || *program == 0 ? SYS(execve, program, arguments, environment) : execute_by_path(arguments, environment);
  complain("execute", program, error);
  leave(error == -ENOENT || error == -ENOTDIR ? NOT_FOUND : NOT_EXECUTABLE);
}

static const char **collect(const struct document *d, enum keyword keyword, size count) {
  enum { READ_WRITE = 3, PRIVATE_MEMORY = 0x22 };
  struct entry e;
  long memory = SYS(mmap, NULL, (count + 1) * sizeof(char *), READ_WRITE, PRIVATE_MEMORY, -1, 0);
  must(memory, "get memory", NULL);
  const char **all = (const char **)memory, **one = all;
  for (size at = 0; next(d, &at, &e);) {
    if (e.keyword == keyword) {
      *one++ = e.operand[0];
    }
  }
  *one = NULL;
  return all;
}

void reset_signals(void) {
  static const char DEFAULT[64]; /* the kernel's struct sigaction: no handler, no flags */
  for (int signal = 1; signal <= 64; signal++) {
    SYS(rt_sigaction, signal, DEFAULT, NULL, sizeof(unsigned long));
  }
  set_mask(0);
}

/* A shell on a terminal is a group of its own in the foreground: what is typed there is for it alone. */
static void take_terminal(void) {
  int group = (int)SYS(getpid);
  SYS(setpgid, 0, 0);
  SYS(ioctl, 0, SET_FOREGROUND, &group);
}

static void announce(int outer, int by_hand) {
  char line[32];
  int pid = 0;
  if (SYS(read, outer, &pid, sizeof pid) != sizeof pid) {
    leave(FAILED); /* H is gone */
  }
  struct text t = text_in(line, sizeof line);
  add(&t, "started ");
  add_number(&t, (unsigned long)pid);
  add(&t, "\n");
  if (!by_hand) {
    print(2, line);
  }
}

static _Noreturn void run_tool(const struct start *s) {
  const struct document *d = s->document;
  const char *const *arguments = s->shell != NULL ? s->shell : collect(d, ARG, d->args);
  const char *const *environment = collect(d, ENV, d->envs);
  keep_limits(d);
  if (d->cwd != NULL) {
    must(SYS(chdir, d->cwd), "enter the working directory", d->cwd);
  }
  if (s->shell != NULL) {
    take_terminal();
  } else {
    SYS(setsid);
    if (!d->has_stdin) {
      SYS(dup3, s->null, 0, 0);
    }
  }
  announce(s->outer, d->by_hand);
  close_from(3);
  reset_signals();
  execute(arguments, environment);
}

/* --- process 1 --- */

/* Reaps whatever ends, and passes signals on, until the tool has ended. */
static _Noreturn void be_init(int tool) {
  unsigned long wanted = PASSED_ON | BIT(SIGCHLD);
  for (;;) {
    int status;
    long signal = SYS(rt_sigtimedwait, &wanted, NULL, NULL, sizeof wanted);
    if (signal > 0 && signal != SIGCHLD) {
      SYS(kill, tool, signal);
    }
    for (long ended; (ended = SYS(wait4, -1, &status, NO_HANG, NULL)) != 0;) {
      if (ended < 0) {
        leave(FAILED); /* the tool is there as long as it was not waited for */
      }
      if (ended == tool) {
        leave(exit_code(status));
      }
    }
  }
}

/* The parent-death signal is lost when the ids change, so it comes after them; and H may have ended before. */
static void die_with_parent(int outer) {
  struct pollfd end = {outer, 0, 0};
  struct {
    long seconds, nanoseconds;
  } now = {0, 0};
  must(SYS(prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0), "ask for the end with the parent", NULL);
  if (SYS(ppoll, &end, 1, &now, NULL, 0) != 0) {
    leave(FAILED);
  }
}

static void join_cgroups(const struct document *d) {
  struct entry e;
  char path[LONGEST_PATH + 32];
  for (size at = 0; next(d, &at, &e);) {
    if (e.keyword == CGROUP) {
      struct text t = text_in(path, sizeof path);
      add(&t, e.operand[0]);
      add(&t, "/cgroup.procs");
      must(write_file(path, "0"), "join the cgroup", e.operand[0]); /* 0: the process that writes */
    }
  }
}

/* A run must not use the keys of the executor, such as a Kerberos ticket in the kernel's keyring. */
static void leave_keyring(void) {
  enum { JOIN_NEW_SESSION = 1 };
  SYS(keyctl, JOIN_NEW_SESSION, NULL);
}

/*
 * A pipe belongs to who made it, and /dev/stdin and /dev/stdout can be opened again only by its owner. A pipe of
 * somebody whom a user namespace does not have stays as it is: the tool reads and writes it all the same.
 */
static void give_pipes(const struct document *d) {
  enum { PIPES = 0x50495045 };
  struct statfs fs;
  for (int fd = 0; fd < 3; fd++) {
    if (SYS(fstatfs, fd, &fs) == 0 && fs.f_type == PIPES) { /* a named pipe stays that of its directory's owner */
      SYS(fchown, fd, d->uid, d->gid);
    }
  }
}

static _Noreturn void run_inside(struct start *s) {
  struct document *d = s->document;
  must(SYS(prctl, PR_SET_DUMPABLE, 0, 0, 0, 0), "refuse tracing", NULL);
  die_with_parent(s->outer); /* the set-up may take long, as on a file system that hangs */
  if (s->shell == NULL) {
    SYS(setsid);
  }
  join_cgroups(d);
  must(SYS(unshare, CLONE_NEWCGROUP), "make a cgroup namespace", NULL);
  if (!d->host_network) {
    must(raise_loopback(), "raise the loopback interface", NULL);
  }
  leave_keyring();
  if (d->has_more) {
    read_rest(d);
  }
  if (d->hostname != NULL) {
    must(SYS(sethostname, d->hostname, length_of(d->hostname)), "set the hostname", d->hostname);
  }
  /* Not before: what the node mounts and unmounts until then, a run has to see. */
  must(SYS(unshare, CLONE_NEWNS), "make a mount namespace", NULL);
  make_world(d, s->user_namespace);
  if (!s->user_namespace) {
    give_pipes(d);
  }
  SYS(close, s->null);
  s->null = (int)must(SYS(openat, AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC), "open", "/dev/null");
  drop_privileges(d, s->user_namespace, s->shell != NULL);
  SYS(prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
  die_with_parent(s->outer);
  if (d->no_init) {
    run_tool(s);
  }
  long tool = must(SYS(clone, SIGCHLD, 0, 0, 0, 0), "make a process", NULL);
  if (tool == 0) {
    run_tool(s);
  }
  leave_streams(s->null);
  close_from(3);
  be_init((int)tool);
}

/* --- H --- */

static int has_ended(int parent) {
  struct pollfd end = {parent, POLLIN, 0};
  struct {
    long seconds, nanoseconds;
  } now = {0, 0};
  return SYS(ppoll, &end, 1, &now, NULL, 0) > 0; /* a negative descriptor is left out */
}

/* The JVM made the control groups, and removes them unless it is gone. The kernel lets go of processes a moment late. */
static void remove_cgroups(const struct document *d) {
  enum { MOST_TRIES = 1000 };
  struct entry e;
  struct {
    long seconds, nanoseconds;
  } pause = {0, 2000000};
  for (size at = 0; next(d, &at, &e);) {
    if (e.keyword == CGROUP) {
      for (int i = 0; i < MOST_TRIES && SYS(unlinkat, AT_FDCWD, e.operand[0], AT_REMOVEDIR) == -EBUSY; i++) {
        SYS(nanosleep, &pause, NULL);
      }
    }
  }
}

/* Passes signals on until process 1 has ended. Its end is seen here only when no process of its namespace is left. */
static int watch(int init, int parent, int signals) {
  struct pollfd wait[2] = {{signals, POLLIN, 0}, {parent, POLLIN, 0}};
  for (;;) {
    int status;
    struct signalfd_siginfo info;
    SYS(ppoll, wait, 2, NULL, NULL, 0);
    if (wait[1].revents != 0) {
      SYS(kill, init, SIGKILL);
      wait[1].fd = -1;
      wait[1].revents = 0;
    }
    if (wait[0].revents != 0 && SYS(read, signals, &info, sizeof info) == sizeof info && info.ssi_signo != SIGCHLD) {
      SYS(kill, init, info.ssi_signo);
    }
    long ended = SYS(wait4, init, &status, NO_HANG, NULL);
    if (ended != 0) {
      return ended == init ? exit_code(status) : FAILED;
    }
  }
}

/* The JVM's id may be another process's by now, so its handle is opened first, and the parent compared afterwards. */
static int open_parent(const struct document *d) {
  char id[24];
  struct text t = text_in(id, sizeof id);
  if (d->parent == 0) {
    return d->by_hand ? (int)SYS(pidfd_open, SYS(getppid), 0) : -1; /* of a script that a person may stop */
  }
  add_number(&t, d->parent);
  long parent = must(SYS(pidfd_open, d->parent, 0), "watch the process", id);
  must((unsigned long)SYS(getppid) == d->parent ? 0 : -ESRCH, "watch as its parent the process", id);
  return (int)parent;
}

/*
 * The order that keeps the tool, which has the same user, from this program: its file was executed before the user
 * namespace was made, so its memory belongs to the namespace of the node; the maps are written while its files in
 * /proc are still its own; then process 1 is not dumpable, and no process inside can trace it or open its files in
 * /proc. H stays dumpable: nobody inside sees it, and where /proc hides others' processes (hidepid) the JVM must.
 */
static void enter_user_namespace(struct start *s) {
  const char *what;
  if (s->user_namespace) {
    long error = make_user_namespace(s->document->uid, s->document->gid, &what);
    must(error, what, NULL);
  }
}

int run(struct document *d, const char *const *shell) {
  struct start s = {d, shell, !is_privileged(), -1, -1, -1};
  int ends[2];
  unsigned long watched = PASSED_ON | BIT(SIGCHLD);
  s.null = (int)must(SYS(openat, AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC), "open", "/dev/null");
  s.parent = open_parent(d);
  must(SYS(pipe2, ends, O_CLOEXEC), "make a pipe", NULL);
  set_mask(~0ul); /* until the tool: process 1 of a namespace loses signals that it neither handles nor blocks */
  int signals = (int)must(SYS(signalfd4, -1, &watched, sizeof watched, O_CLOEXEC), "make a descriptor of signals", NULL);
  enter_user_namespace(&s);
  unsigned long flags = CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | (d->host_network ? 0 : CLONE_NEWNET);
  long init = must(SYS(clone, flags | SIGCHLD, 0, 0, 0, 0), "make namespaces", NULL);
  if (init == 0) {
    SYS(close, ends[1]);
    SYS(close, signals);
    s.outer = ends[0];
    run_inside(&s);
  }
  if (!d->by_hand) {
    SYS(setsid); /* a signal of the terminal is for the JVM, which ends containers in its own way */
  }
  int id = (int)init;
  SYS(write, ends[1], &id, sizeof id);
  SYS(close, ends[0]);
  leave_streams(s.null);
  int code = watch(id, s.parent, signals);
  if (has_ended(s.parent)) {
    remove_cgroups(d);
  }
  return code;
}
