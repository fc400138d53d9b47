/* filter_dump CAPABILITIES: prints the seccomp filter of a tool that keeps these capabilities, an instruction a line. */
#include <stdio.h>
#include <stdlib.h>

#include "filter.h"

int main(int count, char **arguments) {
  struct sock_filter filter[LOFN_FILTER_MAX];
  if (count != 2) return 2;
  unsigned short length = lofn_filter_for(strtoull(arguments[1], NULL, 10), filter);
  for (unsigned i = 0; i < length; i++) printf("%u %u %u %u\n", filter[i].code, filter[i].jt, filter[i].jf, filter[i].k);
  return 0;
}
