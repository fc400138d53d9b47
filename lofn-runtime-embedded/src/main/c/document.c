#include "document.h"

#ifndef NULL
#define NULL ((void *)0)
#endif

/* The operands of each keyword, one letter each: see check(). A '1' says that the keyword occurs at most once. */
static const struct {
  const char *name, *operands;
} FORMS[KEYWORDS] = {
    [ROOT] = {"root", "1p"},        [SCRATCH] = {"scratch", "1p"},
    [UPPER] = {"upper", "1b"},      [PARENT] = {"parent", "1i"},
    [IDS] = {"ids", "1uu"},         [NETWORK] = {"network", "1w"},
    [HOSTNAME] = {"hostname", "1h"}, [CWD] = {"cwd", "1p"},
    [ENV] = {"env", "e"},           [ARG] = {"arg", "s"},
    [BIND] = {"bind", "wpp"},       [TMPFS] = {"tmpfs", "bmp"},
    [TEXT] = {"text", "ps"},        [SHM] = {"shm", "1b"},
    [DEVICE] = {"device", "pp"},    [CAP] = {"cap", "c"},
    [PRIVILEGES] = {"privileges", "1w"}, [INIT] = {"init", "1w"},
    [STDIN] = {"stdin", "1w"},      [RLIMIT] = {"rlimit", "rll"},
    [CGROUP] = {"cgroup", "p"},     [SECCOMP] = {"seccomp", "1w"},
    [MORE] = {"more", "1"},         [END] = {"end", "1"},
};

static const unsigned long EARLY = 1ul << PARENT | 1ul << IDS | 1ul << NETWORK | 1ul << CGROUP | 1ul << MORE;

long header_length(const char header[HEADER]) {
  char digits[9];
  unsigned long n;
  for (int i = 0; i < 8; i++) {
    if (header[i] != "LOFNRUN1"[i]) {
      return -1;
    }
    digits[i] = header[8 + i];
  }
  digits[8] = 0;
  return number(digits, 16, LARGEST, &n) && length_of(digits) == 8 ? (long)n : -1;
}

/* Returns the string at *at and moves behind it, or NULL if none ends before the end. */
static const char *string(const char *text, size length, size *at) {
  size begin = *at;
  for (size i = begin; i < length; i++) {
    if (text[i] == 0) {
      *at = i + 1;
      return text + begin;
    }
  }
  return NULL;
}

static const char *entry_at(const char *text, size length, size *at, struct entry *e) {
  const char *word = string(text, length, at);
  if (word == NULL) {
    return "no end";
  }
  for (e->keyword = ROOT; e->keyword < KEYWORDS && !same(word, FORMS[e->keyword].name); e->keyword++) {
  }
  if (e->keyword == KEYWORDS) {
    return "unknown keyword";
  }
  const char *form = FORMS[e->keyword].operands;
  form += *form == '1';
  for (int i = 0; form[i] != 0; i++) {
    e->operand[i] = string(text, length, at);
    if (e->operand[i] == NULL) {
      return "missing operand";
    }
  }
  return NULL;
}

int next(const struct document *d, size *at, struct entry *e) {
  return entry_at(d->text, d->length, at, e) == NULL && e->keyword < MORE;
}

size length_without_more(const struct document *d) {
  return d->length - sizeof "more";
}

static int is_path(const char *s) {
  return s[0] == '/' && length_of(s) <= LONGEST_PATH;
}

static int is_variable(const char *s) {
  if (*s == '=') {
    return 0;
  }
  while (*s != 0 && *s != '=') {
    s++;
  }
  return *s == '=';
}

static int is_host(const char *s) {
  return *s != 0 && length_of(s) <= 64;
}

static int is_limit(const char *s, unsigned long *value) {
  if (same(s, "unlimited")) {
    *value = ~0ul;
    return 1;
  }
  return number(s, 10, ~0ul, value);
}

/* Returns whether an operand has the form that its letter asks for, and its value if it is a number. */
static int check(char form, const char *s, unsigned long *value) {
  switch (form) {
    case 'p':
      return is_path(s);
    case 'b': /* bytes: 0 would mean to tmpfs that there is no limit */
      return number(s, 10, ~0ul >> 1, value) && *value > 0;
    case 'i':
      return number(s, 10, 0x7fffffff, value) && *value > 0;
    case 'u': /* the last number means "unchanged" to setresuid */
      return number(s, 10, 0xfffffffe, value);
    case 'm':
      return number(s, 8, 07777, value);
    case 'c':
      return number(s, 10, 63, value);
    case 'r':
      return number(s, 10, 15, value);
    case 'l':
      return is_limit(s, value);
    case 'e':
      return is_variable(s);
    case 'h':
      return is_host(s);
    default:
      return 1;
  }
}

/* Sets *flag if the word is yes, clears it if it is no. Any other word is refused. */
static int choose(const char *word, const char *yes, const char *no, int *flag) {
  *flag = same(word, yes);
  return *flag || (no != NULL && same(word, no));
}

static int take_word(struct document *d, const struct entry *e) {
  int read_only;
  const char *word = e->operand[0];
  switch (e->keyword) {
    case NETWORK:
      return choose(word, "host", "none", &d->host_network);
    case BIND:
      return choose(word, "ro", "rw", &read_only);
    case PRIVILEGES:
      return choose(word, "new", NULL, &d->new_privileges);
    case INIT:
      return choose(word, "no", NULL, &d->no_init);
    case STDIN:
      return choose(word, "yes", "no", &d->has_stdin);
    default:
      return choose(word, "off", NULL, &d->no_seccomp);
  }
}

/* Keeps what occurs once; the rest is read again where it is needed. */
static const char *take(struct document *d, const struct entry *e, const unsigned long value[3]) {
  switch (e->keyword) {
    case ROOT:
      d->root = e->operand[0];
      return NULL;
    case SCRATCH:
      d->scratch = e->operand[0];
      return NULL;
    case HOSTNAME:
      d->hostname = e->operand[0];
      return NULL;
    case CWD:
      d->cwd = e->operand[0];
      return NULL;
    case UPPER:
      d->upper = value[0];
      return NULL;
    case SHM:
      d->shm = value[0];
      return NULL;
    case PARENT:
      d->parent = value[0];
      return NULL;
    case IDS:
      d->uid = value[0];
      d->gid = value[1];
      return NULL;
    case CAP:
      d->caps |= 1ul << value[0];
      return NULL;
    case RLIMIT:
      return value[1] <= value[2] ? NULL : "soft limit above the hard one";
    case ARG:
      d->args++;
      return NULL;
    case ENV:
      d->envs++;
      return NULL;
    case MORE:
      d->has_more = 1;
      return NULL;
    case NETWORK:
    case BIND:
    case PRIVILEGES:
    case INIT:
    case STDIN:
    case SECCOMP:
      return take_word(d, e) ? NULL : "unknown word";
    default:
      return NULL;
  }
}

static const char *take_entry(struct document *d, const struct entry *e, unsigned long *seen) {
  unsigned long value[3] = {0, 0, 0};
  const char *form = FORMS[e->keyword].operands;
  if (*form == '1') {
    if ((*seen >> e->keyword & 1) != 0) {
      return "keyword twice";
    }
    form++;
  }
  *seen |= 1ul << e->keyword;
  for (int i = 0; form[i] != 0; i++) {
    if (!check(form[i], e->operand[i], &value[i])) {
      return "bad operand";
    }
  }
  return take(d, e, value);
}

const char *read_document(const char *text, size length, size first, struct document *d, size *where) {
  static const unsigned long REQUIRED = 1ul << ROOT | 1ul << SCRATCH | 1ul << IDS | 1ul << ARG;
  struct document empty = {.text = text, .length = length, .shm = 64 << 20};
  struct entry e;
  unsigned long seen = 0;
  size at = 0;
  *d = empty;
  do {
    *where = at;
    const char *wrong = entry_at(text, length, &at, &e);
    if (wrong == NULL && first > 0 && *where >= first && (EARLY >> e.keyword & 1) != 0) {
      wrong = "keyword of the first part";
    }
    if (wrong == NULL) {
      wrong = take_entry(d, &e, &seen);
    }
    if (wrong != NULL) {
      return wrong;
    }
  } while (e.keyword < MORE);
  if (at != length) {
    return "bytes behind the end";
  }
  if (d->has_more) {
    return (seen & ~EARLY) != 0 ? "keyword of the rest" : (seen >> IDS & 1) == 0 ? "ids is missing" : NULL;
  }
  return (seen & REQUIRED) == REQUIRED ? NULL : "root, scratch, ids or arg is missing";
}
