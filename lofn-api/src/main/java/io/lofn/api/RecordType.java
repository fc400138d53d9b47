package io.lofn.api;

/** What the records of a layout are that a tool document can name. */
public enum RecordType {
  /** Text, as {@code String}: the records of {@link Lines}. */
  TEXT,
  /** Bytes, as {@code byte[]}: the records of {@link ByteLines}. */
  BYTES,
  /** Whole files of any length, as {@link BinaryFile}. */
  FILE
}
