package io.lofn.spark.executor;

import io.lofn.core.task.TaskIdentity;
import io.lofn.core.task.TaskScope;
import java.util.Iterator;

/** Tells whether a run had records, and how long it took. */
final class WatchedRun<I, O> {

  private final long begun = System.nanoTime();
  private volatile boolean looked;
  private volatile boolean empty;
  private volatile long ended;

  /** Has the run counted when its task ends, if it had no records. */
  void countIn(EmptyRuns runs, TaskScope task) {
    TaskIdentity identity = task.identity();
    task.onCompletion(
        () -> {
          if (empty) {
            long end = ended == 0 ? System.nanoTime() : ended;
            runs.add(new EmptyRuns.EmptyRun(identity.stage(), identity.partition(), end - begun));
          }
        });
  }

  /** The records that go in, of which the first look is noted. */
  Iterator<I> in(Iterator<I> records) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        boolean more = records.hasNext();
        if (!looked) {
          looked = true;
          empty = !more;
        }
        return more;
      }

      @Override
      public I next() {
        looked = true;
        return records.next();
      }
    };
  }

  /** The output, whose end is noted. */
  Iterator<O> out(Iterator<O> output) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        boolean more = output.hasNext();
        if (!more && ended == 0) {
          ended = System.nanoTime();
        }
        return more;
      }

      @Override
      public O next() {
        return output.next();
      }
    };
  }
}
