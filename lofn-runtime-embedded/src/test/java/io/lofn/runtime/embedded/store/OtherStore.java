package io.lofn.runtime.embedded.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Another JVM that has opened an image, and uses it until it is closed. */
final class OtherStore implements AutoCloseable {

  private final Process process;

  private OtherStore(Process process) {
    this.process = process;
  }

  /** Starts one; returns when it has the image. */
  static OtherStore holding(Path store, String image) throws IOException {
    Process process =
        new ProcessBuilder(StoreProgram.hold(store, image))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    BufferedReader said = process.inputReader(UTF_8);
    assertThat(said.readLine()).startsWith(store.toString());
    return new OtherStore(process);
  }

  /** Runs a program to its end; returns what it said. */
  static String run(List<String> command) throws Exception {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said).doesNotContain("cannot be");
    return said;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  @Override
  public void close() throws Exception {
    process.destroyForcibly().waitFor();
  }
}
