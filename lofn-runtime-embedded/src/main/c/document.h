/*
 * The document that says what to run: a header of 16 bytes, "LOFNRUN1" and the length of the rest as eight
 * hexadecimal digits, then strings that end with NUL: keywords, each with its fixed number of operands. The last is
 * "end"; or it is "more", and another header with the rest of the document follows, perhaps much later. The first part
 * then says what namespaces and control groups are made of (parent, ids, network, cgroup), and the rest does not.
 * Compiles with and without a C library: the tests run it under sanitizers.
 */
#ifndef LOFN_DOCUMENT_H
#define LOFN_DOCUMENT_H

#include "text.h"

enum { HEADER = 16, LARGEST = 16 << 20, LONGEST_PATH = 4095 };

enum keyword {
  ROOT, SCRATCH, UPPER, PARENT, IDS, NETWORK, HOSTNAME, CWD, ENV, ARG, BIND, TMPFS, TEXT, SHM, DEVICE, CAP,
  PRIVILEGES, INIT, STDIN, RLIMIT, CGROUP, SECCOMP, MORE, END, KEYWORDS
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
  int host_network, new_privileges, no_init, has_stdin, no_seccomp;
  int has_more; /* this is the first part */
  int by_hand; /* read from a file for a person, who wants the tool's words only */
  size args, envs;
};

/* Returns the length that a header gives, or -1 if it is no header. */
long header_length(const char header[HEADER]);

/*
 * Reads and checks all entries, the first bytes of which are those of a first part without its "more"; 0 if this is the
 * first part, or all of it. Returns NULL, or what is wrong; *where is then the offset of the entry.
 */
const char *read_document(const char *text, size length, size first, struct document *d, size *where);

/* Returns the length of the entries of a first part without its "more". */
size length_without_more(const struct document *d);

/* Goes to the next entry of a document that was checked; *at begins with 0. Returns 0 at the end. */
int next(const struct document *d, size *at, struct entry *e);

#endif
