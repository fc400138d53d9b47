package io.lofn.api;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes records to one file for each key. Limits the number of open files. */
final class KeyedLines<I> implements PartitionWriter<I> {

  private static final long serialVersionUID = 1L;

  private static final int MOST_OPEN = 64;

  private final Lines lines;
  private final RecordFunction<I, String> name;
  private final RecordFunction<I, String> record;

  KeyedLines(Lines lines, RecordFunction<I, String> name, RecordFunction<I, String> record) {
    this.lines = lines;
    this.name = requireNonNull(name, "name is null");
    this.record = requireNonNull(record, "record is null");
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
    Map<String, Path> paths = new HashMap<>();
    LinkedHashMap<String, OpenFile> open = new LinkedHashMap<>(MOST_OPEN, 0.75f, true);
    try {
      while (records.hasNext()) {
        records.next();
        String key = records.value(String.class, "the file's name", name);
        OpenFile file = open.get(key);
        if (file == null) {
          closeEldestIfFull(open);
          file = open(key, paths, run);
          open.put(key, file);
        }
        file.writer.write(
            records.value(String.class, "the file's record", record), records.number());
      }
      for (OpenFile file : open.values()) {
        file.writer.finish();
      }
    } finally {
      for (OpenFile file : open.values()) {
        file.stream.close();
      }
    }
  }

  private OpenFile open(String key, Map<String, Path> paths, RunInput run) throws IOException {
    Path path = paths.get(key);
    if (path == null) {
      path = run.file(key);
      paths.put(key, path);
    }
    OutputStream stream =
        Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    return new OpenFile(stream, lines.writer(stream));
  }

  private static void closeEldestIfFull(Map<String, OpenFile> open) throws IOException {
    if (open.size() == MOST_OPEN) {
      Iterator<OpenFile> eldest = open.values().iterator();
      OpenFile file = eldest.next();
      try (OutputStream closed = file.stream) {
        file.writer.finish();
        closed.flush();
      }
      eldest.remove();
    }
  }

  private record OpenFile(OutputStream stream, LineWriter writer) {}
}
