package io.lofn.runtime.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What needs compilers for both architectures, as dev/verify installs them. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HelperBuildIT {

  private static final String[] ARCHITECTURES = {"x86_64", "aarch64"};

  @TempDir Path directory;

  @Test
  void theJarHasAProgramForEachArchitectureAndTheSourcesGiveItsBytes() throws IOException {
    String build = NativeSources.MAIN.resolve("c/build.sh").toString();
    assertThat(NativeSources.run(Map.of(), "sh", build, directory.toString()).succeeded())
        .isEmpty();
    for (String arch : ARCHITECTURES) {
      byte[] built = Files.readAllBytes(directory.resolve("lofn-run-" + arch));
      ElfFile elf = new ElfFile(built);
      assertThat(elf.architecture()).isEqualTo(arch);
      assertThat(elf.isStatic()).isTrue();
      assertThat(elf.hasExecutableStack()).isFalse();
      assertThat(elf.hasWritableCode()).isFalse();
      try (var carried = EmbeddedResources.open("lofn-run-" + arch)) {
        assertThat(carried.readAllBytes()).as(arch).isEqualTo(built);
      }
    }
  }
}
