#!/bin/sh
# build.sh DIRECTORY: compiles lofn-run into DIRECTORY/lofn-run-x86_64 and DIRECTORY/lofn-run-aarch64, each if a compiler
# for it is here: ARCHITECTURE-linux-gnu-gcc, or the gcc of such a machine. What is newer than its sources stays.
#
# The same compiler gives the same bytes everywhere: no debug information, no path, no build id.
set -eu
mkdir -p -- "$1"
out=$(cd -- "$1" && pwd -P)
cd -- "$(dirname -- "$0")"

# compiler ARCHITECTURE: prints a compiler for it; false when there is none.
compiler() {
  if command -v "$1-linux-gnu-gcc" >/dev/null; then
    echo "$1-linux-gnu-gcc"
  else
    case $(gcc -dumpmachine 2>/dev/null) in
      "$1"-*linux*) echo gcc ;;
      *) return 1 ;;
    esac
  fi
}

# build ARCHITECTURE COMPILER
build() {
  awk -v arch="$1" -f ../seccomp/filter.awk ../seccomp/calls.txt >"$work/filter-$1.h"
  "$2" -std=c11 -Os -g0 -Wall -Wextra -Werror -I../seccomp -DFILTER_HEADER="\"$work/filter-$1.h\"" \
    -ffreestanding -fno-stack-protector -fno-asynchronous-unwind-tables -fno-tree-loop-distribute-patterns \
    -fno-ident -fno-pie -no-pie -static -nostdlib -s \
    -Wl,--build-id=none,--gc-sections,-z,noexecstack,--fatal-warnings -o "$work/lofn-run-$1" ./*.c
  mv -f -- "$work/lofn-run-$1" "$out/lofn-run-$1"
}

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
for arch in x86_64 aarch64; do
  [ ! -e "$out/lofn-run-$arch" ] || find . ../seccomp -newer "$out/lofn-run-$arch" | grep -q . || continue
  rm -f -- "$out/lofn-run-$arch"
  if cc=$(compiler "$arch"); then
    build "$arch" "$cc"
  else
    echo "lofn-run is not built for $arch: there is no $arch-linux-gnu-gcc. The runtime embedded will not work on such machines." >&2
  fi
done
