package io.lofn.testkit;

import io.lofn.api.FileNames;
import io.lofn.api.LofnException;
import io.lofn.api.RunInput;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** An exchange and a standard input that is kept. */
record LabInput(Path directory, OutputStream kept, boolean usesStdin) implements RunInput {

  @Override
  public Path file(String name) throws IOException {
    Path file = FileNames.resolve(directory, name);
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new LofnException("There is a file " + name + " already");
    }
    Files.createDirectories(file.getParent());
    return file;
  }

  @Override
  public OutputStream stdin() {
    if (!usesStdin) {
      throw new IllegalStateException(
          "A PartitionWriter that writes to stdin() must say so in usesStdin()");
    }
    return kept;
  }
}
