package org.example.guide;

import io.lofn.api.OutputReader;
import io.lofn.api.RunOutput;
import java.io.IOException;
import java.nio.file.Files;
import java.util.stream.Stream;

/** The lines of a file that are no comments. */
public final class HitReader implements OutputReader<String> {

  private static final long serialVersionUID = 1L;

  /** Creates a reader. */
  public HitReader() {}

  @Override
  @SuppressWarnings("StreamResourceLeak") // lofn closes it.
  public Stream<String> read(RunOutput run) throws IOException {
    return Files.lines(run.file("hits.txt")).filter(line -> !line.startsWith("#"));
  }
}
