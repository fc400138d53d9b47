package io.lofn.spark.rows;

import io.lofn.api.LofnException;
import io.lofn.api.Printable;
import io.lofn.core.text.Abbreviated;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the rows of a partition into those of runs. A row has the values that pass by, of which the
 * first are the keys of groups, and then its record. The rows of a run have one value in each
 * column that passes by. Not thread-safe; one thread after another may use it.
 */
final class RowRuns<I> {

  private final Iterator<Row> rows;
  private final List<String> passing;
  private final int keys;
  private @Nullable Row next;

  /**
   * Creates it.
   *
   * @param passing the names of the columns that pass by
   * @param keys how many of them, from the first, are keys; 0 for one run
   */
  RowRuns(Iterator<Row> rows, List<String> passing, int keys) {
    this.rows = rows;
    this.passing = passing;
    this.keys = keys;
  }

  boolean hasNext() {
    return next != null || rows.hasNext();
  }

  private Row peek() {
    Row row = next == null ? rows.next() : next;
    next = row;
    return row;
  }

  /** The rows of the next run. What is left of the run before is passed over first. */
  RunRows next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return new RunRows(peek());
  }

  /** The records of one run. */
  final class RunRows implements Iterator<I> {

    private final Row first;

    private RunRows(Row first) {
      this.first = first;
    }

    /** What a row that the tool writes begins with: its number, and the values that pass by. */
    Row output(long number, Object record) {
      Object[] values = new Object[passing.size() + 2];
      values[0] = number;
      for (int i = 0; i < passing.size(); i++) {
        values[i + 1] = first.get(i);
      }
      values[values.length - 1] = record;
      return RowFactory.create(values);
    }

    @Override
    public boolean hasNext() {
      return RowRuns.this.hasNext() && isOfThis(peek());
    }

    private boolean isOfThis(Row row) {
      for (int i = 0; i < keys; i++) {
        if (!same(first.get(i), row.get(i))) {
          return false;
        }
      }
      return true;
    }

    @Override
    public I next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Row row = peek();
      next = null;
      for (int i = keys; i < passing.size(); i++) {
        if (!same(first.get(i), row.get(i))) {
          throw new LofnException(
              "Rows.keep: the column '%s' has more than one value in a run, %s and %s; bring rows of one value together, for example by Rows.groupBy"
                  .formatted(passing.get(i), shown(first.get(i)), shown(row.get(i))));
        }
      }
      @SuppressWarnings("unchecked") // the column has been checked
      I record = (I) row.get(passing.size());
      return record;
    }

    /** Passes over what the tool has not taken. */
    void finish() {
      while (hasNext()) {
        next = null;
      }
    }
  }

  private static boolean same(@Nullable Object one, @Nullable Object other) {
    if (one instanceof byte[] bytes && other instanceof byte[] others) {
      return Arrays.equals(bytes, others);
    }
    return Objects.equals(one, other);
  }

  private static String shown(@Nullable Object value) {
    String text = value instanceof byte[] bytes ? Arrays.toString(bytes) : String.valueOf(value);
    return Abbreviated.of(Printable.line(text));
  }
}
