# awk -v arch=x86_64 -f filter.awk calls.txt: prints the C header of the seccomp filter for an architecture, x86_64 or
# aarch64. Any POSIX awk does, and all print the same.
#
# The numbers are split into ranges that share an answer, and these into a balanced tree of comparisons, so that a call
# costs about eight of them.

BEGIN {
  if (arch != "x86_64" && arch != "aarch64") fail("arch is x86_64 or aarch64")
  # Numbers, since the headers of an old distribution lack the newest names.
  split("DAC_READ_SEARCH 2 SYS_MODULE 16 SYS_RAWIO 17 SYS_CHROOT 18 SYS_PTRACE 19 SYS_PACCT 20 SYS_ADMIN 21 " \
    "SYS_BOOT 22 SYS_NICE 23 SYS_TIME 25 SYS_TTY_CONFIG 26 SYSLOG 34 PERFMON 38 BPF 39", words, " ")
  for (i = 1; i in words; i += 2) capability["CAP_" words[i]] = words[i + 1]
  last = -1
}

/^#/ || NF == 0 { next }

{
  number = (arch == "x86_64") ? $2 : $3
  if (NF < 4 || $2 !~ /^([0-9]+|-)$/ || $3 !~ /^([0-9]+|-)$/) fail("a name, two numbers and what happens are missing")
  if (number == "-") next
  number += 0
  if (number in answer) fail(number " is there twice")
  answer[number] = "deny"
  for (i = 4; i <= NF; i++) {
    if ($i in capability) extra[++extras] = "{" capability[$i] ", " number "}, /* " $1 " */"
    else if ($i ~ /^CAP_/) fail("unknown capability " $i)
    else if ($i ~ /^(allow|deny|enosys)$/) answer[number] = $i
    else if ($i ~ /^arg[0-5]([=<>]|&[0-9a-fx]+=)[0-9a-fx]+$/) answer[number] = (answer[number] == "deny" ? "" : answer[number] " ") $i
    else fail("unknown word " $i)
  }
  if (number > last) last = number
}

END {
  if (failed) exit 1
  for (number = 0; number <= last + 1; number++) {
    now = (number in answer) ? answer[number] : "enosys"
    if (number == 0 || now != doing[ranges]) {
      from[++ranges] = number
      doing[ranges] = now
    }
  }
  print "/* Made from calls.txt by filter.awk. See filter.h. */"
  print "#include <linux/audit.h>"
  print "#include <linux/filter.h>"
  print "#include <linux/seccomp.h>"
  print ""
  print "#define LOFN_FILTER_HEAD 4"
  print "static const struct sock_filter lofn_filter[] = {"
  print "BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4),"
  printf "%s", jump("JEQ", "AUDIT_ARCH_" toupper(arch), 1, 0)
  print "BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),"
  print "BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),"
  tree(1, ranges)
  print "};"
  print ""
  print "static const struct { unsigned char capability; unsigned short number; } lofn_filter_extra[] = {"
  for (i = 1; i <= extras; i++) print extra[i]
  print "};"
}

function fail(why) {
  print FILENAME ":" FNR ": " why | "cat 1>&2"
  failed = 1
  exit 1
}

# tree(A, B): the instructions for the ranges A to B, with the number of the call in the accumulator.
function tree(a, b,    middle, left) {
  if (a == b) {
    print code(doing[a])
    return
  }
  middle = int((a + b + 1) / 2)
  left = size(a, middle - 1)
  if (left < 256) {
    printf "%s", jump("JGE", from[middle], left, 0)
  } else {
    printf "%s", jump("JGE", from[middle], 0, 1)
    print "BPF_STMT(BPF_JMP | BPF_JA, " left "),"
  }
  tree(a, middle - 1)
  tree(middle, b)
}

# size(A, B): how many instructions tree(A, B) prints.
function size(a, b,    middle, left, lines) {
  if (a == b) return split(code(doing[a]), lines, "\n")
  middle = int((a + b + 1) / 2)
  left = size(a, middle - 1)
  return (left < 256 ? 1 : 2) + left + size(middle, b)
}

# code(WHAT): the instructions for an answer, a line each. The lower half of an argument is its first, little-endian.
function code(what,    parts, test, count, i, at, loaded, lines) {
  if (what !~ /^arg/) return result(what)
  count = split(what, parts, " ")
  for (i = 1; i <= count; i++) {
    at = 16 + 8 * substr(parts[i], 4, 1)
    split(substr(parts[i], 6), test, "=")
    if (at != loaded) lines = lines "BPF_STMT(BPF_LD | BPF_W | BPF_ABS, " at "),\n"
    loaded = at
    what = substr(parts[i], 5, 1)
    if (what == "&") {
      lines = lines "BPF_STMT(BPF_ALU | BPF_AND | BPF_K, " test[1] "u),\n" jump("JEQ", test[2] "u", 0, 1)
      loaded = 0
    } else if (what == "=") {
      lines = lines jump("JEQ", test[1] "u", 0, 1)
    } else if (what == "<") {
      lines = lines jump("JGE", test[1] "u", 1, 0)
    } else {
      lines = lines jump("JGT", test[1] "u", 0, 1)
    }
    lines = lines result("allow") "\n"
  }
  return lines result("deny")
}

function jump(operation, value, yes, no) {
  return "BPF_JUMP(BPF_JMP | BPF_" operation " | BPF_K, " value ", " yes ", " no "),\n"
}

function result(what) {
  if (what == "allow") return "BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),"
  return "BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | " (what == "deny" ? 1 : 38) "),"
}
