#include <asm/errno.h>

#include "run.h"

static const struct {
  short number;
  const char *text;
} ERRORS[] = {
    {E2BIG, "E2BIG argument list too long"},
    {EACCES, "EACCES permission denied"},
    {EAGAIN, "EAGAIN resource temporarily unavailable"},
    {EBADF, "EBADF bad file descriptor"},
    {EBUSY, "EBUSY device or resource busy"},
    {EEXIST, "EEXIST file exists"},
    {EFAULT, "EFAULT bad address"},
    {EINVAL, "EINVAL invalid argument"},
    {EIO, "EIO input/output error"},
    {EISDIR, "EISDIR is a directory"},
    {ELOOP, "ELOOP too many levels of symbolic links"},
    {EMFILE, "EMFILE too many open files"},
    {ENAMETOOLONG, "ENAMETOOLONG file name too long"},
    {ENFILE, "ENFILE too many open files in system"},
    {ENODEV, "ENODEV no such device"},
    {ENOENT, "ENOENT no such file or directory"},
    {ENOEXEC, "ENOEXEC exec format error"},
    {ENOMEM, "ENOMEM cannot allocate memory"},
    {ENOSPC, "ENOSPC no space left on device"},
    {ENOSYS, "ENOSYS function not implemented"},
    {ENOTDIR, "ENOTDIR not a directory"},
    {EPERM, "EPERM operation not permitted"},
    {EROFS, "EROFS read-only file system"},
    {ESRCH, "ESRCH no such process"},
    {ETXTBSY, "ETXTBSY text file busy"},
    {EUSERS, "EUSERS too many users"},
    {EXDEV, "EXDEV invalid cross-device link"},
};

_Noreturn void leave(int code) {
  for (;;) {
    SYS(exit_group, code);
  }
}

void print(int descriptor, const char *s) {
  size length = length_of(s);
  while (length > 0) {
    long n = SYS(write, descriptor, s, length);
    if (n <= 0 && n != -EINTR) {
      return;
    }
    s += n > 0 ? n : 0;
    length -= n > 0 ? (size)n : 0;
  }
}

/* A path may hold any byte but NUL: one line stays one line. */
static void add_line(struct text *t, const char *s) {
  size begin = t->used;
  add(t, s);
  for (; begin < t->used; begin++) {
    if ((unsigned char)t->at[begin] < ' ') {
      t->at[begin] = '?';
    }
  }
}

void complain(const char *what, const char *object, long error) {
  char line[1024];
  struct text t = text_in(line, sizeof line - 80);
  add(&t, "lofn-run: cannot ");
  add(&t, what);
  if (object != NULL) {
    add(&t, " ");
    add_line(&t, object);
  }
  t.room = sizeof line; /* the reason has its place even behind a long path */
  add(&t, ": ");
  for (size i = 0; i < sizeof ERRORS / sizeof ERRORS[0]; i++) {
    if (ERRORS[i].number == -error) {
      add(&t, ERRORS[i].text);
      error = 0;
    }
  }
  if (error != 0) {
    add(&t, "errno ");
    add_number(&t, (unsigned long)-error);
  }
  add(&t, "\n");
  print(2, line);
}

_Noreturn void fail(const char *what, const char *object, long error) {
  complain(what, object, error);
  leave(FAILED);
}

_Noreturn void refuse(const char *why, size where) {
  char line[200];
  struct text t = text_in(line, sizeof line);
  add(&t, "lofn-run: cannot read the document: ");
  add(&t, why);
  add(&t, " at byte ");
  add_number(&t, where);
  add(&t, "\n");
  print(2, line);
  leave(FAILED);
}

long must(long result, const char *what, const char *object) {
  if (result < 0) {
    fail(what, object, result);
  }
  return result;
}
