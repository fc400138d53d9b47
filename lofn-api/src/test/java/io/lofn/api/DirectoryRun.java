package io.lofn.api;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;

/** A run whose tool has read and written nothing but a directory. */
record DirectoryRun(Path directory) implements RunInput, RunOutput {

  @Override
  public Path file(String name) {
    return directory.resolve(name);
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
