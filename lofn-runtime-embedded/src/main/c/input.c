#include <asm/errno.h>

#include "run.h"

/* Reads exactly so many bytes, since what follows in a pipe is the tool's. Returns how many there were. */
static size read_fully(int fd, char *to, size wanted) {
  size done = 0;
  while (done < wanted) {
    long n = SYS(read, fd, to + done, wanted - done);
    if (n == -EINTR) {
      continue;
    }
    must(n, "read the document", NULL);
    if (n == 0) {
      break;
    }
    done += (size)n;
  }
  return done;
}

/* Reads a header and what it says, behind the first bytes of a part that was read before. */
static void read_part(int fd, const struct document *before, size first, struct document *d) {
  enum { READ_WRITE = 3, PRIVATE_MEMORY = 0x22 };
  char header[HEADER];
  size where = 0;
  long length = read_fully(fd, header, HEADER) == HEADER ? header_length(header) : -1;
  if (length < 0) {
    refuse("no header LOFNRUN1 with a length of at most 16 MiB", 0);
  }
  size whole = first + (size)length;
  char *memory = (char *)must(SYS(mmap, NULL, whole + 1, READ_WRITE, PRIVATE_MEMORY, -1, 0), "get memory", NULL);
  for (size i = 0; i < first; i++) {
    memory[i] = before->text[i];
  }
  if (read_fully(fd, memory + first, (size)length) != (size)length) {
    refuse("it is shorter than its header says", (size)length);
  }
  const char *wrong = read_document(memory, whole, first, d, &where);
  if (wrong != NULL) {
    refuse(wrong, HEADER + where - first);
  }
}

void read_input(int fd, struct document *d) {
  char one;
  read_part(fd, NULL, 0, d);
  if (fd != 0 && SYS(read, fd, &one, 1) != 0) {
    refuse("the file is longer than its header says", HEADER + d->length);
  }
  if (fd != 0 && d->has_more) {
    refuse("a file has one part", HEADER + length_without_more(d));
  }
}

void read_rest(struct document *d) {
  struct document before = *d;
  read_part(0, &before, length_without_more(&before), d);
}
