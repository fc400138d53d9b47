package io.lofn.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.Map;
import java.util.stream.Stream;

/** How records of one type are written to a stream and read from it. */
interface LineFormat<R> extends Serializable {

  /** Writes the records of a partition. */
  void write(InputRecords<R> records, OutputStream out) throws IOException;

  /** Makes records from a stream, lazily. */
  Stream<R> read(String source, InputStream in, RecordLimit limit) throws IOException;

  /** The format as a tool document has it. */
  Map<String, Object> describe();

  RecordType recordType();
}
