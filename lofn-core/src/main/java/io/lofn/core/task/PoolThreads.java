package io.lofn.core.task;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import java.lang.Thread.UncaughtExceptionHandler;
import java.util.concurrent.ThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the threads of lofn's pools. An uncaught failure ends its thread and nothing else; Spark's
 * handler, which is the default, would end the executor. The threads inherit nothing of the task
 * that happens to need a new one.
 */
public final class PoolThreads {

  private static final Logger LOG = LoggerFactory.getLogger(PoolThreads.class);

  /** Logs a failure. The caller that waits for a thread learns of the failure from the result. */
  public static final UncaughtExceptionHandler LOGGING =
      (thread, thrown) ->
          LOG.error("Thread {} has ended because of an uncaught failure", thread.getName(), thrown);

  private PoolThreads() {}

  /**
   * Returns a factory of daemon threads that log uncaught failures.
   *
   * @param names a format with a {@code %d} for the thread's number
   */
  public static ThreadFactory named(String names) {
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    return new ThreadFactoryBuilder()
        .setNameFormat(names)
        .setDaemon(true)
        .setUncaughtExceptionHandler(LOGGING)
        .setThreadFactory(action -> withoutThreadLocals(action, loader))
        .build();
  }

  private static Thread withoutThreadLocals(Runnable action, ClassLoader loader) {
    Thread thread = new Thread(null, action, "lofn", 0, false);
    thread.setContextClassLoader(loader);
    return thread;
  }
}
