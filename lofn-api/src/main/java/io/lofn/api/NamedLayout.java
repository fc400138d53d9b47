package io.lofn.api;

import java.util.Map;

/** A layout that a tool document can describe; the reader or writer of records implements it. */
interface NamedLayout {

  /**
   * The layout as a tool document has it: the keys whose values are not the default.
   *
   * @throws LofnException if a part of it is a function; says which
   */
  Map<String, Object> describe();

  /** What its records are. */
  RecordType recordType();
}
