package io.lofn.core.task;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import java.lang.Thread.UncaughtExceptionHandler;
import java.util.concurrent.ThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the threads of lofn's pools. What is thrown there ends its thread and nothing else; Spark's
 * handler, which is every other thread's, would end the executor. They inherit nothing of the task
 * that happens to need a new one.
 */
public final class PoolThreads {

  private static final Logger LOG = LoggerFactory.getLogger(PoolThreads.class);

  /** Who waits for a thread is told by what it waits for; this is for the log. */
  public static final UncaughtExceptionHandler LOGGING =
      (thread, thrown) ->
          LOG.error("The thread {} has ended by a failure", thread.getName(), thrown);

  private PoolThreads() {}

  /**
   * Makes daemon threads that log what they die of.
   *
   * @param names with a {@code %d} for the thread's number
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
