package io.lofn.image;

import java.io.IOException;
import java.io.InputStream;

/** Files of an archive of which each is read only when it is whole. */
record ArrivingFiles(ArchiveFiles files, Arrivals arrivals) implements ArchiveFiles {

  @Override
  public boolean has(String name) {
    return files.has(name);
  }

  @Override
  public InputStream open(String name) throws IOException {
    arrivals.await(name);
    return files.open(name);
  }

  @Override
  public boolean areChecked() {
    return true;
  }

  @Override
  public void close() throws IOException {
    files.close();
  }
}
