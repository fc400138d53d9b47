package org.example.guide;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lofn.api.PartitionWriter;
import io.lofn.api.RunInput;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Iterator;

/** Sequences as a FASTA file, each named by its place in the partition. */
public final class FastaWriter implements PartitionWriter<String> {

  private static final long serialVersionUID = 1L;

  private final String file;

  /**
   * Creates a writer.
   *
   * @param file the file's name in the exchange
   */
  public FastaWriter(String file) {
    this.file = file;
  }

  @Override
  public void write(Iterator<String> sequences, RunInput run) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(run.file(file), UTF_8)) {
      for (long i = 0; sequences.hasNext(); i++) {
        out.write(">" + i + "\n" + sequences.next() + "\n");
      }
    }
  }
}
