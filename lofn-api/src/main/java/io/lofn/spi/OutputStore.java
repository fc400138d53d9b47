package io.lofn.spi;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/**
 * Files that the driver and all executors see: where binary outputs are kept. One instance serves
 * every task of a JVM, so it is thread-safe.
 *
 * <p>A location is a text that {@link #locate} gave, or such a text, {@code /} and a relative name.
 * It means the same on every node, and Spark reads it as a path.
 */
public interface OutputStore {

  /**
   * The full location of a path.
   *
   * @param path with a scheme, or on the job's default file system: absolute, or below the user's
   *     home
   * @return the location, with its scheme
   * @throws IOException if the file system cannot be reached
   */
  String locate(String path) throws IOException;

  /**
   * Whether there is a file or directory.
   *
   * @param location where
   * @return {@code true} if there is
   * @throws IOException if the file system does not say
   */
  boolean exists(String location) throws IOException;

  /**
   * Creates a file, and the directories above it where they are missing.
   *
   * @param location where
   * @return a stream to write it by; complete once closed
   * @throws IOException if it exists or cannot be created
   */
  OutputStream create(String location) throws IOException;

  /**
   * Opens a file.
   *
   * @param location where
   * @return its content
   * @throws IOException if it does not exist or cannot be read
   */
  InputStream open(String location) throws IOException;

  /**
   * What a directory holds, without what the directories in it hold.
   *
   * @param location where
   * @return sorted by name; empty if there is no such directory
   * @throws IOException if it cannot be read
   */
  List<StoredPath> list(String location) throws IOException;

  /**
   * Renames a file or directory within a file system: at once, where the file system can. The
   * directory above the new location is made if it is missing.
   *
   * @param from the location it has
   * @param to the location it gets
   * @throws IOException if there is something at the new location, or nothing at the old
   */
  void rename(String from, String to) throws IOException;

  /**
   * Deletes a file, or a directory with all below it. What is not there is no error.
   *
   * @param location where
   * @throws IOException if something is left
   */
  void delete(String location) throws IOException;
}
