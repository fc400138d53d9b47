package io.lofn.core.warm;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.ContainerSettings;
import io.lofn.core.shell.CommandStart;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ImageConfig;
import io.lofn.spi.Mount;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WarmProgramsTest {

  @ParameterizedTest
  @CsvSource({
    "PATH,/shared/bin:/usr/bin",
    "PATH,/usr/bin:/tmp",
    "PATH,/usr/bin:/opt/../shared",
    "PATH,/usr/bin:",
    "PATH,bin:/usr/bin",
    "PATH,/cache/tools",
    "LD_LIBRARY_PATH,/opt/lib:/shared",
    "LD_LIBRARY_PATH,/opt/lib;tmp/lib",
    "LD_PRELOAD,libz.so /shared/x.so",
    "LD_AUDIT,/cache/audit.so"
  })
  void areNotTheImagesOwnWhereARunMayWrite(String variable, String value) {
    assertThat(obstacle(variable, value, "/shared")).get().asString().contains(variable);
    assertThat(ofImage(variable, value)).get().asString().contains(variable);
  }

  @ParameterizedTest
  @CsvSource({
    "PATH,/usr/local/bin:/usr/bin:/bin",
    "PATH,/reference/bin:/usr/bin",
    "PATH,/sharedtools:/usr/bin",
    "LD_LIBRARY_PATH,/opt/lib:$ORIGIN/../lib",
    "LD_LIBRARY_PATH,/opt/lib:",
    "TMPDIR,/shared/tmp",
    "HOME,/tmp"
  })
  void areTheImagesOwnElsewhere(String variable, String value) {
    assertThat(obstacle(variable, value, "/opt")).isEmpty();
  }

  @Test
  void areTheImagesOwnWhereNothingIsSaid() {
    assertThat(obstacle("LD_LIBRARY_PATH", "", "/shared")).isEmpty();
  }

  private static Optional<String> ofImage(String variable, String value) {
    ImageConfig image =
        ImageConfig.empty().environment(Map.of(variable, value)).workingDirectory("/shared");
    CommandStart start = new CommandStart(true, Set.of(0), image);
    return new WarmPrograms(start, spec(ContainerSettings.defaults().toBuilder())).obstacle();
  }

  private static Optional<String> obstacle(String variable, String value, String directory) {
    CommandStart start = new CommandStart(true, Set.of(0), ImageConfig.empty());
    ContainerSettings.Builder settings =
        ContainerSettings.defaults().toBuilder()
            .environment(variable, value)
            .workingDirectory(directory);
    return new WarmPrograms(start, spec(settings)).obstacle();
  }

  private static ContainerSpec spec(ContainerSettings.Builder settings) {
    return ContainerSpec.builder("run", "image")
        .command(List.of("true"))
        .settings(settings.build())
        .mount(new Mount(Path.of("/node/exchange"), "/shared", false))
        .mount(new Mount(Path.of("/node/tmp"), "/tmp", false))
        .mount(new Mount(Path.of("/node/cache"), "/cache", false))
        .mount(new Mount(Path.of("/node/reference"), "/reference", true))
        .build();
  }
}
