package io.lofn.spi;

/**
 * A file or directory in a directory of an {@link OutputStore}.
 *
 * @param name its name there
 * @param isDirectory whether it is a directory
 * @param length the file's length in bytes; 0 for a directory
 */
public record StoredPath(String name, boolean isDirectory, long length) {}
