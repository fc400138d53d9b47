/*
 * The seccomp filter of a tool: what docker's default profile allows (calls.txt), for the architecture that this is
 * compiled for. FILTER_HEADER is what filter.awk made for it:
 *
 *   lofn_filter        the whole filter of a tool that keeps no capability; may be installed as it is
 *   LOFN_FILTER_HEAD   so many of its instructions check the architecture and load the number of the call
 *   lofn_filter_extra  {capability, number}: further calls of a tool that keeps the capability
 *
 * To install it: lofn_filter_for with the capabilities that the tool keeps (a bit each, 1 << CAP_...), then
 * seccomp(SECCOMP_SET_MODE_FILTER, 0, &(struct sock_fprog){length, filter}), while CAP_SYS_ADMIN is still there or after
 * PR_SET_NO_NEW_PRIVS. What the process has to do afterwards must be allowed by the filter itself: prctl, capset,
 * setresuid, close_range and execve are; mount, unshare and pivot_root are not.
 */
#ifndef LOFN_FILTER_H
#define LOFN_FILTER_H

#include FILTER_HEADER

#define LOFN_FILTER_LENGTH (sizeof lofn_filter / sizeof lofn_filter[0])
#define LOFN_FILTER_EXTRAS (sizeof lofn_filter_extra / sizeof lofn_filter_extra[0])
/* The longest filter that lofn_filter_for makes. */
#define LOFN_FILTER_MAX (LOFN_FILTER_LENGTH + LOFN_FILTER_EXTRAS + 2)

_Static_assert(LOFN_FILTER_EXTRAS < 256, "a jump to the end of the extra calls is too far");

/*
 * Writes the filter of a tool that keeps these capabilities to out, which has room for LOFN_FILTER_MAX instructions, and
 * returns how many it wrote. The extra calls are compared first, after the architecture; jumps are relative, so the rest
 * stays as it is.
 */
static inline unsigned short lofn_filter_for(unsigned long long capabilities, struct sock_filter *out) {
  unsigned short length = 0;
  unsigned char left = 0;
  for (unsigned i = 0; i < LOFN_FILTER_EXTRAS; i++) {
    left += capabilities >> lofn_filter_extra[i].capability & 1;
  }
  while (length < LOFN_FILTER_HEAD) {
    out[length] = lofn_filter[length];
    length++;
  }
  for (unsigned i = 0; i < LOFN_FILTER_EXTRAS; i++) {
    if ((capabilities >> lofn_filter_extra[i].capability & 1) != 0) {
      out[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, lofn_filter_extra[i].number, left, 0);
      left--;
    }
  }
  if (length > LOFN_FILTER_HEAD) {
    out[length++] = (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, 1);
    out[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  }
  for (unsigned i = LOFN_FILTER_HEAD; i < LOFN_FILTER_LENGTH; i++) {
    out[length++] = lofn_filter[i];
  }
  return length;
}

#endif
