package io.lofn.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A run whose tool has read and written nothing but a directory. */
record DirectoryRun(Path directory) implements RunInput, RunOutput {

  @Override
  public Path file(String name) {
    Path file = directory.resolve(name).normalize();
    try {
      Files.createDirectories(file.getParent());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }

  @Override
  public OutputStream stdin() {
    throw new IllegalStateException("files only");
  }

  @Override
  public InputStream stdout() {
    throw new IllegalStateException("files only");
  }
}
