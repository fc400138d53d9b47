/*
 * The kernel's calls, without a C library: a program that is process 1 of a container should hold nothing that it
 * does not need, and starts in a quarter of the time. Each call returns what the kernel does: -errno if it failed.
 * Only calls that both x86-64 and arm64 have are used, so nothing below differs but the instruction.
 */
#ifndef LOFN_SYS_H
#define LOFN_SYS_H

#include <asm/unistd.h>
#include <linux/types.h>

#define NULL ((void *)0)

static inline long sys6(long number, long a, long b, long c, long d, long e, long f) {
#if defined(__x86_64__)
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
#else
#error "lofn-run knows the calls of x86-64 and arm64 only"
#endif
}

/* SYS(openat, a, b, c): a call by its name, with up to six arguments of any type that fits a register. */
#define SYS_PICK(_0, _1, _2, _3, _4, _5, _6, n, ...) n
#define SYS(...) SYS_PICK(__VA_ARGS__, SYS_6, SYS_5, SYS_4, SYS_3, SYS_2, SYS_1, SYS_0)(__VA_ARGS__)
#define SYS_0(n) sys6(__NR_##n, 0, 0, 0, 0, 0, 0)
#define SYS_1(n, a) sys6(__NR_##n, (long)(a), 0, 0, 0, 0, 0)
#define SYS_2(n, a, b) sys6(__NR_##n, (long)(a), (long)(b), 0, 0, 0, 0)
#define SYS_3(n, a, b, c) sys6(__NR_##n, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define SYS_4(n, a, b, c, d) sys6(__NR_##n, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define SYS_5(n, a, b, c, d, e) sys6(__NR_##n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)
#define SYS_6(n, a, b, c, d, e, f) sys6(__NR_##n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

/* What is as old as this program needs to be, but newer than the headers of some build machines. */
#ifndef __NR_close_range
#define __NR_close_range 436
#endif
#ifndef __NR_mount_setattr
#define __NR_mount_setattr 442
#endif

#endif
