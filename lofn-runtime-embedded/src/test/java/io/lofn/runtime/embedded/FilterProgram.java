package io.lofn.runtime.embedded;

import java.util.ArrayList;
import java.util.List;

/** A seccomp filter, and what the kernel would answer by it. */
final class FilterProgram {

  private record Instruction(int code, int yes, int no, long value) {}

  private final List<Instruction> instructions = new ArrayList<>();

  FilterProgram(String lines) {
    for (String line : lines.lines().toList()) {
      String[] words = line.split(" ", -1);
      instructions.add(
          new Instruction(
              Integer.parseInt(words[0]),
              Integer.parseInt(words[1]),
              Integer.parseInt(words[2]),
              Long.parseLong(words[3])));
    }
  }

  int length() {
    return instructions.size();
  }

  String answer(long arch, long number, long[] arguments) {
    long accumulator = 0;
    for (int at = 0; ; at++) {
      Instruction now = instructions.get(at);
      switch (now.code()) {
        case 0x20 -> accumulator = load(now.value(), arch, number, arguments);
        case 0x54 -> accumulator &= now.value();
        case 0x05 -> at += (int) now.value();
        case 0x15 -> at += accumulator == now.value() ? now.yes() : now.no();
        case 0x25 -> at += accumulator > now.value() ? now.yes() : now.no();
        case 0x35 -> at += accumulator >= now.value() ? now.yes() : now.no();
        case 0x06 -> {
          return result(now.value());
        }
        default -> throw new AssertionError("unknown instruction " + now);
      }
    }
  }

  private static long load(long offset, long arch, long number, long[] arguments) {
    if (offset == 0) {
      return number & 0xffffffffL;
    } else if (offset == 4) {
      return arch;
    }
    long argument = arguments[(int) (offset - 16) / 8];
    return (offset % 8 == 0 ? argument : argument >>> 32) & 0xffffffffL;
  }

  private static String result(long value) {
    if (value == 0x7fff0000L) {
      return CallTable.ALLOW;
    } else if (value == 0x80000000L) {
      return "kill";
    } else if (value == 0x00050001L) {
      return CallTable.DENY;
    } else if (value == 0x00050026L) {
      return CallTable.ENOSYS;
    }
    return Long.toHexString(value);
  }
}
