package io.lofn.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** How long a line of 100 bytes takes from a record to bytes, and back. */
@State(Scope.Benchmark)
public class LinesBenchmark {

  private static final int COUNT = 10_000;

  private final Lines lines = Lines.text();
  private final List<String> records =
      IntStream.range(0, COUNT).mapToObj(n -> "%05d%s".formatted(n, "x".repeat(94))).toList();
  private final byte[] bytes = (String.join("\n", records) + "\n").getBytes(UTF_8);

  /** Records to bytes. */
  @Benchmark
  @OperationsPerInvocation(COUNT)
  public void encode() throws IOException {
    LineWriter writer = new LineWriter(lines, OutputStream.nullOutputStream());
    for (String each : records) {
      writer.write(each);
    }
    writer.finish();
  }

  /** Bytes to records. */
  @Benchmark
  @OperationsPerInvocation(COUNT)
  public void decode(Blackhole records) throws IOException {
    lines
        .read("bytes", new ByteArrayInputStream(bytes), RecordLimit.standard())
        .forEach(records::consume);
  }

  /** Bytes to records that are bytes. */
  @Benchmark
  @OperationsPerInvocation(COUNT)
  public void decodeBytes(Blackhole records) throws IOException {
    lines
        .bytes()
        .format()
        .read("bytes", new ByteArrayInputStream(bytes), RecordLimit.standard())
        .forEach(records::consume);
  }
}
