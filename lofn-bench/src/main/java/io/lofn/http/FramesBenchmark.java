package io.lofn.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** How long the content of a frame of docker's multiplexed streams takes to be found. */
@State(Scope.Benchmark)
public class FramesBenchmark {

  private static final int COUNT = 1000;
  private static final int HEAD = 8;

  /** Bytes of content: a line by itself, and as much as docker sends at once. */
  @Param({"100", "32768"})
  int size;

  private byte[] frames = {};

  /** Makes the frames. */
  @Setup
  public void makeFrames() {
    ByteBuffer all = ByteBuffer.allocate(COUNT * (HEAD + size));
    for (int i = 0; i < COUNT; i++) {
      all.putInt(1 << 24).putInt(size).position(all.position() + size);
    }
    frames = all.array();
  }

  /** Frames to their content. */
  @Benchmark
  @OperationsPerInvocation(COUNT)
  public long content() throws IOException {
    return new FrameInputStream(new ByteArrayInputStream(frames), 1, () -> false)
        .transferTo(OutputStream.nullOutputStream());
  }
}
