/*
 * Reads documents under sanitizers: document_fuzz FIRST COUNT FILE...
 * Each file as it is, then COUNT mutations of them, the numbers FIRST and following, always the same for one number.
 * Prints how many were read and how many of them were good. A fault of the parser ends it by the sanitizer.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "document.h"

enum { ROOM = 1 << 16 };

struct file {
  unsigned char bytes[ROOM];
  size_t length;
};

static uint64_t state;
static size_t both;

static uint64_t chance(uint64_t below) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return below == 0 ? 0 : state % below;
}

static void check(int holds, const char *what) {
  if (!holds) {
    fprintf(stderr, "does not hold: %s\n", what);
    abort();
  }
}

/* What the rest of lofn-run relies on after a document was accepted. */
static void use(const struct document *d, const char *text, size_t length) {
  struct entry e;
  size_t at = 0, args = 0, envs = 0;
  while (next(d, &at, &e)) {
    args += e.keyword == ARG;
    envs += e.keyword == ENV;
    check(at <= length, "an entry ends in the document");
    check(e.keyword != ENV || strchr(e.operand[0], '=') != NULL, "a variable has a value");
    check(e.keyword != BIND || (e.operand[1][0] == '/' && e.operand[2][0] == '/'), "a path is absolute");
    check(e.keyword != BIND || strlen(e.operand[2]) <= LONGEST_PATH, "a path is short");
  }
  check(args == d->args && envs == d->envs && args > 0, "all entries are found again");
  check(d->root[0] == '/' && d->scratch[0] == '/', "what is required is there");
  check(d->root > text && d->root < text + length, "strings lie in the document");
  check(d->uid <= 0xfffffffe && d->gid <= 0xfffffffe, "ids are ids");
}

/* Reads a first part with the body of any document as its rest. */
static void read_both(const struct document *d, const struct file *rest) {
  struct document whole;
  size_t where = 0, first = length_without_more(d), behind = rest->length < HEADER ? 0 : rest->length - HEADER;
  check(first < d->length, "a first part is longer than its entries");
  char *copy = malloc(first + behind + 1);
  check(copy != NULL, "there is memory");
  memcpy(copy, d->text, first);
  memcpy(copy + first, rest->bytes + HEADER, behind);
  const char *wrong = read_document(copy, first + behind, first, &whole, &where);
  check(where >= first || wrong == NULL, "a fault lies in the rest");
  if (wrong == NULL) {
    use(&whole, copy, first + behind);
    check(whole.parent == d->parent && whole.uid == d->uid && whole.gid == d->gid, "the rest changes no early word");
    check(whole.host_network == d->host_network && !whole.has_more, "the rest changes no early word");
    both++;
  }
  free(copy);
}

/* Returns whether the document is good. Its memory is as long as it is, so that a byte too far is seen. */
static int read_one(const unsigned char *bytes, size_t length, const struct file *rest) {
  char header[HEADER];
  struct document d;
  size_t where = 0;
  if (length < HEADER) {
    return 0;
  }
  memcpy(header, bytes, HEADER);
  long says = header_length(header);
  check(says >= -1 && says <= LARGEST, "a length is a length");
  size_t body = length - HEADER;
  char *copy = malloc(body + (body == 0));
  check(copy != NULL, "there is memory");
  memcpy(copy, bytes + HEADER, body);
  const char *wrong = read_document(copy, body, 0, &d, &where);
  check(where <= body, "a fault lies in the document");
  if (wrong == NULL && d.has_more) {
    read_both(&d, rest);
  } else if (wrong == NULL) {
    use(&d, copy, body);
  }
  free(copy);
  return wrong == NULL && says == (long)body;
}

static void replace(struct file *f, size_t at, size_t old, const unsigned char *new, size_t length) {
  if (at + old > f->length || f->length - old + length > ROOM) {
    return;
  }
  memmove(f->bytes + at + length, f->bytes + at + old, f->length - at - old);
  if (length > 0) {
    memcpy(f->bytes + at, new, length);
  }
  f->length += length - old;
}

static void mutate(struct file *f, const struct file *other) {
  static const char *const WORDS[] = {"root", "scratch", "ids", "arg", "env", "end", "bind", "tmpfs", "text", "rlimit", "cap", "more", "upper", "0", "-1", "18446744073709551615", "18446744073709551616", "4294967295", "unlimited", "/", "ro", "", "="};
  unsigned char byte = (unsigned char)chance(256);
  size_t at = chance(f->length + 1), n = chance(16);
  const char *word = WORDS[chance(sizeof WORDS / sizeof WORDS[0])];
  switch (chance(7)) {
    case 0:
      replace(f, at, 1, &byte, 1);
      return;
    case 1:
      replace(f, at, n, NULL, 0);
      return;
    case 2:
      replace(f, at, 0, (const unsigned char *)word, strlen(word) + chance(2)); /* with or without its end */
      return;
    case 3:
      replace(f, at, strlen(word), (const unsigned char *)word, strlen(word) + 1);
      return;
    case 4: {
      size_t from = chance(other->length);
      replace(f, at, 0, other->bytes + from, chance(other->length - from));
      return;
    }
    case 5:
      f->length = at;
      return;
    default:
      replace(f, at, 0, (const unsigned char *)"\0\0", 1 + chance(3));
  }
}

static void load(const char *path, struct file *f) {
  FILE *in = fopen(path, "rb");
  check(in != NULL, path);
  f->length = fread(f->bytes, 1, ROOM, in);
  fclose(in);
}

/* A header with the right length makes more of what is behind it worth reading. */
static void mend_header(struct file *f) {
  char header[HEADER + 1];
  if (f->length >= HEADER && chance(8) != 0) {
    snprintf(header, sizeof header, "LOFNRUN1%08x", (unsigned)(f->length - HEADER));
    memcpy(f->bytes, header, HEADER);
  }
}

int main(int count, char **arguments) {
  check(count > 3, "document_fuzz FIRST COUNT FILE...");
  unsigned long first = strtoul(arguments[1], NULL, 10), mutations = strtoul(arguments[2], NULL, 10);
  size_t files = (size_t)count - 3, good = 0;
  struct file *all = calloc(files + 1, sizeof *all);
  check(all != NULL, "there is memory");
  for (size_t i = 0; i < files; i++) {
    load(arguments[3 + i], &all[i]);
  }
  for (size_t i = 0; i < files; i++) {
    good += (size_t)read_one(all[i].bytes, all[i].length, &all[0]);
  }
  printf("corpus %zu good %zu\n", files, good);
  struct file *f = &all[files];
  good = 0;
  for (unsigned long i = first; i < first + mutations; i++) {
    state = (i + 1) * 0x9e3779b97f4a7c15u;
    *f = all[chance(files)];
    for (uint64_t steps = 1 + chance(6); steps > 0; steps--) {
      mutate(f, &all[chance(files)]);
    }
    mend_header(f);
    good += (size_t)read_one(f->bytes, f->length, &all[chance(files)]);
  }
  printf("mutations %lu good %zu\n", mutations, good);
  printf("parts %zu\n", both);
  free(all);
  return 0;
}
