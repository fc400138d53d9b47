package io.lofn.it;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The JVMs in which tests run side by side. */
final class Forks {

  private static final Path DIRECTORY = Path.of("target").toAbsolutePath();

  /**
   * What must not happen in two of them at once.
   *
   * @param <T> its result
   * @param <E> how else it may fail
   */
  interface Action<T, E extends Exception> {
    T run() throws IOException, E;
  }

  private Forks() {}

  /** The number of this one, from 1 on. */
  static int number() {
    return Integer.getInteger("lofn.it.fork", 1);
  }

  /** Does something while no other JVM does anything under the same name. */
  static <T, E extends Exception> T exclusively(String name, Action<T, E> action)
      throws IOException, E {
    try (FileChannel file =
            FileChannel.open(
                DIRECTORY.resolve(name + ".lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock held = file.lock()) {
      return action.run();
    }
  }
}
