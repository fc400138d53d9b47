package io.lofn.api;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes one record to several files that keep the same order. */
final class ParallelLines<I> implements PartitionWriter<I> {

  private static final long serialVersionUID = 1L;

  private final Lines lines;
  private final LinkedHashMap<String, RecordFunction<I, String>> files;

  ParallelLines(Lines lines, Map<String, ? extends RecordFunction<I, String>> files) {
    if (files.isEmpty()) {
      throw new IllegalArgumentException("No file is given");
    }
    this.lines = lines;
    this.files = new LinkedHashMap<>();
    files.forEach((name, record) -> put(FileNames.relative(name), record));
  }

  private void put(String name, RecordFunction<I, String> record) {
    if (files.put(name, record) != null) {
      throw new LofnException("Two files of one run have the name '" + FileNames.shown(name) + "'");
    }
  }

  @Override
  public void write(Iterator<I> records, RunInput run) throws IOException {
    try {
      write(new InputRecords<>(records), run);
    } catch (BadRecord e) {
      throw e.of(run);
    }
  }

  private void write(InputRecords<I> records, RunInput run) throws IOException {
    List<OutputStream> streams = new ArrayList<>();
    try {
      Map<LineWriter, RecordFunction<I, String>> writers = new LinkedHashMap<>();
      for (Map.Entry<String, RecordFunction<I, String>> file : files.entrySet()) {
        OutputStream stream = Files.newOutputStream(run.file(file.getKey()));
        streams.add(stream);
        writers.put(lines.writer(stream), file.getValue());
      }
      while (records.hasNext()) {
        records.next();
        for (Map.Entry<LineWriter, RecordFunction<I, String>> writer : writers.entrySet()) {
          writer.getKey().write(records.value(String.class, "a file's record", writer.getValue()));
        }
      }
      for (LineWriter writer : writers.keySet()) {
        writer.finish();
      }
    } finally {
      for (OutputStream stream : streams) {
        stream.close();
      }
    }
  }
}
