package io.lofn.testkit;

import io.lofn.api.RunOutput;
import io.lofn.api.ToolFailedException;
import io.lofn.api.ToolFailedException.Reason;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** What a tool left that has ended well. */
final class LabOutput implements RunOutput {

  private final Path exchange;
  private final InputStream stdout;
  private boolean ended;

  LabOutput(Path exchange, InputStream stdout) {
    this.exchange = exchange;
    this.stdout = stdout;
  }

  @Override
  public Path directory() {
    ended = true;
    return exchange;
  }

  @Override
  public Path file(String name) {
    ended = true;
    Path file = LabInput.inside(exchange, name);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new ToolFailedException("There is no file " + name, Reason.OUTPUT_MISSING, 0, "");
    }
    return file;
  }

  @Override
  public InputStream stdout() {
    if (ended) {
      throw new IllegalStateException("stdout() must be called before directory() and file()");
    }
    return stdout;
  }
}
