package io.lofn.spark.rows;

import io.lofn.core.task.TaskScope;
import io.lofn.spark.executor.SparkTaskScope;
import io.lofn.spark.executor.ToolCall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a tool over the rows of a partition, or of each of its groups. A row that goes in has the
 * values that pass by, and a record; one that comes out has the number of the record in the output
 * of its run, from 1, those values, and the record.
 */
public final class RowsFunction<I, O>
    implements MapPartitionsFunction<Row, Row>, FlatMapFunction<Iterator<Row>, Row> {

  /** From here on a warning tells what a run for each group costs. */
  static final int MANY = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(RowsFunction.class);
  private static final long serialVersionUID = 1L;

  private final ToolCall<I, O> call;
  private final ArrayList<String> passing;
  private final int keys;

  public RowsFunction(ToolCall<I, O> call, RowsMap map) {
    this.call = call;
    this.passing = new ArrayList<>(map.passing());
    this.keys = map.keys();
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    return new Output(new RowRuns<>(rows, passing, keys), SparkTaskScope.current());
  }

  /** The output of all runs, one after another. */
  private final class Output implements Iterator<Row> {

    private final RowRuns<I> runs;
    private final TaskScope task;
    private RowRuns<I>.@Nullable RunRows run;
    private RunScope scope;
    private Iterator<O> records = List.<O>of().iterator();
    private long number;
    private int begun;

    Output(RowRuns<I> runs, TaskScope task) {
      this.runs = runs;
      this.task = task;
      this.scope = new RunScope(task);
      task.onCompletion(() -> scope.end());
    }

    @Override
    public boolean hasNext() {
      while (!records.hasNext()) {
        if (run != null) {
          scope.end();
          run.finish();
          run = null;
        }
        // Without values that pass by, a tool runs on no rows, too: only it knows what comes of
        // them.
        if (!runs.hasNext() && (begun > 0 || !passing.isEmpty())) {
          return false;
        }
        begin();
      }
      return true;
    }

    private void begin() {
      begun++;
      if (begun == MANY + 1) {
        LOG.warn(
            "Rows.groupBy: a partition has more than {} groups, and each takes a run of {}, which"
                + " costs milliseconds to tenths of a second; Rows.packed runs it once for all"
                + " groups of a partition",
            MANY,
            call.tool().image());
      }
      number = 0;
      scope = new RunScope(task);
      try {
        if (runs.hasNext()) {
          run = runs.next();
          records = call.call(run, scope);
        } else {
          records = call.call(List.<I>of().iterator(), scope);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      O record = records.next();
      number++;
      return run == null ? RowFactory.create(number, record) : run.output(number, record);
    }
  }
}
