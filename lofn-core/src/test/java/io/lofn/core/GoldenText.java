package io.lofn.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whole texts that users see, kept as files; {@code -Dlofn.golden.write=true} writes them anew. */
public final class GoldenText {

  private static final Path DIRECTORY = Path.of("src/test/resources/io/lofn/core/report/failures");

  private GoldenText() {}

  public static void assertThatIs(String name, String text) throws IOException {
    Path file = DIRECTORY.resolve(name + ".txt");
    if (Boolean.getBoolean("lofn.golden.write")) {
      Files.createDirectories(DIRECTORY);
      Files.writeString(file, text + "\n");
    }
    assertThat(text + "\n").as("%s", file).isEqualTo(Files.readString(file));
  }
}
