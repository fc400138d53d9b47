package io.lofn.spi;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/**
 * Stores binary outputs as files that the driver and all executors see. One instance serves all
 * tasks of a JVM, so it must be thread-safe.
 *
 * <p>A location is a text that {@link #locate} returned, or such a text with {@code /} and a
 * relative name. It has the same meaning on every node, and Spark reads it as a path.
 */
public interface OutputStore {

  /**
   * Returns the full location of a path.
   *
   * @param path a path with a scheme, or on the job's default file system: absolute, or below the
   *     user's home
   * @return the location, with its scheme
   * @throws IOException if the file system cannot be reached
   */
  String locate(String path) throws IOException;

  /**
   * Returns whether a file or directory exists.
   *
   * @param location the location
   * @return {@code true} if it exists
   * @throws IOException if the file system does not answer
   */
  boolean exists(String location) throws IOException;

  /**
   * Creates a file, and missing directories above it.
   *
   * @param location the location
   * @return a stream to write the file; it is complete once closed
   * @throws IOException if it exists or cannot be created
   */
  OutputStream create(String location) throws IOException;

  /**
   * Opens a file.
   *
   * @param location the location
   * @return its content
   * @throws IOException if it does not exist or cannot be read
   */
  InputStream open(String location) throws IOException;

  /**
   * Returns the entries of a directory, without those of its directories.
   *
   * @param location the location
   * @return sorted by name; empty if there is no such directory
   * @throws IOException if it cannot be read
   */
  List<StoredPath> list(String location) throws IOException;

  /**
   * Renames a file or directory within a file system; atomically, if the file system can. Makes the
   * directory above the new location if it is missing.
   *
   * @param from the old location
   * @param to the new location
   * @throws IOException if the new location exists, or the old one does not
   */
  void rename(String from, String to) throws IOException;

  /**
   * Deletes a file, or a directory with all below it. A missing one is no error.
   *
   * @param location the location
   * @throws IOException if something is left
   */
  void delete(String location) throws IOException;
}
