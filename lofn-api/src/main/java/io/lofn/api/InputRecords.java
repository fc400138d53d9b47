package io.lofn.api;

import java.io.IOException;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The records of a partition for a layout, which they may not fit: Spark's RDDs and Datasets do not
 * check the types of what they hold, and hold null.
 */
final class InputRecords<I> {

  private static final String NULL =
      "is null, which cannot be written. Remove such records before the tool, for example with"
          + " .filter(record -> record != null), or put a value in their place";

  /** What to do where records of a type are wanted and others come. */
  private static final Map<Class<?>, String> ADVICE =
      Map.of(
          String.class, "make strings of the records before the tool, as by .map(String::valueOf)",
          byte[].class, "make bytes of the records before the tool, or take Lines without bytes()",
          BinaryFile.class, "such records come only from mapBinary; take another Tool.input");

  private static final String ROWS =
      "; of a Dataset of rows take one column, as by .select(\"name\").as(Encoders.STRING())";

  private final Iterator<?> records;
  private long number = -1;
  private @Nullable Object current;

  InputRecords(Iterator<I> records) {
    this.records = records;
  }

  boolean hasNext() {
    return records.hasNext();
  }

  /** The number of the record that came last, from 0. */
  long number() {
    return number;
  }

  /** Goes on to the next record, of which {@link #value} gives something. */
  void next() {
    current = records.next();
    number++;
  }

  /**
   * The next record.
   *
   * @throws BadRecord if it is null or of another type
   */
  I next(Class<I> type) {
    next();
    if (type.isInstance(current)) {
      return type.cast(current);
    }
    throw bad(current == null ? NULL : "is " + otherThan(type, current));
  }

  /**
   * What a function gives for the record that came last.
   *
   * @param what it is, for a message
   * @throws BadRecord if the record is null or of another type than the function takes, or what it
   *     gives is
   */
  <V> V value(Class<V> type, String what, RecordFunction<I, ?> function) throws IOException {
    Object value;
    try {
      @SuppressWarnings("unchecked") // the function finds out
      I record = (I) current;
      value = function.apply(record);
    } catch (ClassCastException e) {
      throw refused(what, e);
    } catch (NullPointerException e) {
      throw current == null ? bad(NULL) : e;
    }
    if (type.isInstance(value)) {
      return type.cast(value);
    }
    throw bad(
        value == null
            ? "gives null for %s, which cannot be written; the record is %s"
                .formatted(what, typeOf(current))
            : "gives for %s %s".formatted(what, otherThan(type, value)));
  }

  private LofnException refused(String what, ClassCastException cause) {
    BadRecord bad =
        bad(
            "is %s, which the function that gives %s does not take: %s. Give the tool records of the types that its layout is made for, as by .map(...) before it"
                .formatted(typeOf(current), what, cause.getMessage()));
    bad.initCause(cause);
    return bad;
  }

  private static String otherThan(Class<?> type, Object record) {
    String rows = typeOf(record).startsWith("org.apache.spark.sql.") ? ROWS : "";
    return "%s where the layout writes %s: %s%s"
        .formatted(
            typeOf(record),
            type.getTypeName(),
            ADVICE.getOrDefault(type, "make such records before the tool"),
            rows);
  }

  private static String typeOf(@Nullable Object record) {
    return record == null ? "null" : record.getClass().getTypeName();
  }

  private BadRecord bad(String problem) {
    return new BadRecord(number, problem);
  }
}
