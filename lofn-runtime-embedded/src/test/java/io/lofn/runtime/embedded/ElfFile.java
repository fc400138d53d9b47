package io.lofn.runtime.embedded;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** The program headers of a 64-bit little-endian ELF file. */
final class ElfFile {

  private static final int LOAD = 1;
  private static final int DYNAMIC = 2;
  private static final int INTERPRETER = 3;
  private static final int STACK = 0x6474e551;
  private static final int EXECUTED = 1;
  private static final int WRITTEN = 2;

  private record Segment(int type, int flags) {}

  private final int machine;
  private final List<Segment> segments = new ArrayList<>();

  ElfFile(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (buffer.getInt(0) != 0x464c457f || bytes[4] != 2 || bytes[5] != 1) {
      throw new AssertionError("not a 64-bit little-endian ELF file");
    }
    machine = buffer.getShort(18);
    int at = (int) buffer.getLong(32);
    for (int left = buffer.getShort(56); left > 0; left--, at += buffer.getShort(54)) {
      segments.add(new Segment(buffer.getInt(at), buffer.getInt(at + 4)));
    }
  }

  String architecture() {
    return switch (machine) {
      case 62 -> "x86_64";
      case 183 -> "aarch64";
      default -> "machine " + machine;
    };
  }

  boolean isStatic() {
    return segments.stream().noneMatch(one -> one.type() == DYNAMIC || one.type() == INTERPRETER);
  }

  /** Also when nothing is said of the stack: old kernels then make it executable. */
  boolean hasExecutableStack() {
    return segments.stream().noneMatch(one -> one.type() == STACK && (one.flags() & EXECUTED) == 0);
  }

  boolean hasWritableCode() {
    int both = WRITTEN | EXECUTED;
    return segments.stream().anyMatch(one -> one.type() == LOAD && (one.flags() & both) == both);
  }
}
