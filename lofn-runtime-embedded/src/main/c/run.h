/* What the files of lofn-run share. */
#ifndef LOFN_RUN_H
#define LOFN_RUN_H

#include "document.h"
#include "sys.h"

enum { FAILED = 125, NOT_EXECUTABLE = 126, NOT_FOUND = 127, SIGNALLED = 128 };

/* say.c: one line on standard error, and the end with 125. The kernel undoes what was set up: all of it is in namespaces. */
_Noreturn void leave(int code);
_Noreturn void fail(const char *what, const char *object, long error);
_Noreturn void refuse(const char *why, size where);
void complain(const char *what, const char *object, long error);
void print(int descriptor, const char *s);
/* Returns the result of a call, or fails if it is an error. */
long must(long result, const char *what, const char *object);

/* system.c: small things that more than one step needs. */
struct options {
  const char *name, *value; /* no value: a flag */
};
int has_capability(unsigned number);
/* Whether a file of the kernel holds this word. */
int says(const char *path, const char *word);
int is_privileged(void);
long write_file(const char *path, const char *content);
/* Makes a user namespace that maps one user and one group to the caller's. */
long make_user_namespace(unsigned long uid, unsigned long gid, const char **what);
long raise_loopback(void);
/* Makes a file system that is mounted nowhere yet. */
long make_mount(const char *type, const struct options *options, unsigned attributes);
void close_from(unsigned first);

/* mounts.c: the files that the container sees. Leaves the process inside, at its root. */
void make_world(const struct document *d, int user_namespace);

/* privileges.c: gives up what the tool must not have. */
void keep_limits(const struct document *d);
void drop_privileges(const struct document *d, int user_namespace, int on_terminal);

void reset_signals(void);

/* input.c: reads the document, or its first part; the rest of one from standard input, which nobody else reads then. */
void read_input(int fd, struct document *d);
void read_rest(struct document *d);

/* process.c: runs the document to its end, and returns the exit code. */
int run(struct document *d, const char *const *shell);

/* check.c: prints what this node allows. */
void print_check(int has_sealed_file);

#endif
