/* Strings and numbers. Compiles with and without a C library: the tests run it under sanitizers. */
#ifndef LOFN_TEXT_H
#define LOFN_TEXT_H

typedef unsigned long size;

size length_of(const char *s);
int same(const char *a, const char *b);
int starts_with(const char *s, const char *prefix);
/* Whether s is a decimal (or, by base, octal or hexadecimal) number of at most max, without sign, space or prefix. */
int number(const char *s, unsigned base, unsigned long max, unsigned long *value);

/* A text that grows in a buffer; what does not fit is cut off, and the text still ends with NUL. */
struct text {
  char *at;
  size used, room;
};

struct text text_in(char *buffer, size room);
void add(struct text *t, const char *s);
void add_number(struct text *t, unsigned long value);

#endif
