/*
 * The document that says what to run: a header of 16 bytes, "LOFNRUN1" and the length of the rest as eight
 * hexadecimal digits, then strings that end with NUL: keywords, each with its fixed number of operands.
 * Compiles with and without a C library: the tests run it under sanitizers.
 */
#ifndef LOFN_DOCUMENT_H
#define LOFN_DOCUMENT_H

#include "text.h"

enum { HEADER = 16, LARGEST = 16 << 20, LONGEST_PATH = 4095 };

enum keyword {
  ROOT, SCRATCH, UPPER, PARENT, IDS, NETWORK, HOSTNAME, CWD, ENV, ARG, BIND, TMPFS, TEXT, SHM, DEVICE, CAP,
  PRIVILEGES, INIT, STDIN, RLIMIT, CGROUP, SECCOMP, OOM, END, KEYWORDS
};

struct entry {
  enum keyword keyword;
  const char *operand[3];
};

struct document {
  const char *text; /* the strings, checked: read them again with next() */
  size length;
  const char *root, *scratch, *hostname, *cwd; /* the last two are NULL if not given */
  unsigned long upper, shm, parent;            /* upper and parent are 0 if not given */
  unsigned long uid, gid, caps;                /* caps: a bit for each that is kept */
  long oom;                                    /* 9999 if not given */
  int host_network, new_privileges, no_init, has_stdin, no_seccomp;
  int by_hand; /* read from a file for a person, who wants the tool's words only */
  size args, envs;
};

enum { NO_OOM = 9999 };

/* Returns the length that a header gives, or -1 if it is no header. */
long header_length(const char header[HEADER]);

/* Reads and checks all entries. Returns NULL, or what is wrong; *where is then the offset of the entry. */
const char *read_document(const char *text, size length, struct document *d, size *where);

/* Goes to the next entry of a document that was checked; *at begins with 0. Returns 0 at the end. */
int next(const struct document *d, size *at, struct entry *e);

#endif
