#include "text.h"

#ifndef LOFN_HOSTED
/* The compiler may call these for copies and for structures that it sets to zero. */
void *memset(void *to, int value, size n);
void *memcpy(void *to, const void *from, size n);

void *memset(void *to, int value, size n) {
  for (volatile char *p = to; n > 0; n--) {
    *p++ = (char)value;
  }
  return to;
}

void *memcpy(void *to, const void *from, size n) {
  volatile char *p = to;
  for (const char *q = from; n > 0; n--) {
    *p++ = *q++;
  }
  return to;
}
#endif

size length_of(const char *s) {
  size n = 0;
  while (s[n] != 0) {
    n++;
  }
  return n;
}

int same(const char *a, const char *b) {
  while (*a != 0 && *a == *b) {
    a++;
    b++;
  }
  return *a == *b;
}

int starts_with(const char *s, const char *prefix) {
  while (*prefix != 0 && *s == *prefix) {
    s++;
    prefix++;
  }
  return *prefix == 0;
}

static unsigned digit(char c) {
  if (c >= '0' && c <= '9') {
    return (unsigned)(c - '0');
  }
  return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 99;
}

int number(const char *s, unsigned base, unsigned long max, unsigned long *value) {
  unsigned long n = 0;
  if (*s == 0) {
    return 0;
  }
  for (; *s != 0; s++) {
    unsigned d = digit(*s);
    if (d >= base || n > (max - d) / base) {
      return 0;
    }
    n = n * base + d;
  }
  *value = n;
  return 1;
}

struct text text_in(char *buffer, size room) {
  struct text t = {buffer, 0, room};
  buffer[0] = 0;
  return t;
}

void add(struct text *t, const char *s) {
  while (*s != 0 && t->used + 1 < t->room) {
    t->at[t->used++] = *s++;
  }
  t->at[t->used] = 0;
}

void add_number(struct text *t, unsigned long value) {
  char digits[21];
  unsigned at = 20;
  digits[at] = 0;
  do {
    digits[--at] = (char)('0' + value % 10);
    value /= 10;
  } while (value != 0);
  add(t, digits + at);
}
