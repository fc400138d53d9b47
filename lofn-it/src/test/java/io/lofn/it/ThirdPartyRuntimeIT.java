package io.lofn.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.Tool;
import io.lofn.spi.ContainerRuntimeProvider;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A jar with a provider and one services line, given as {@code --jars} gives it. */
class ThirdPartyRuntimeIT {

  private static final String NAME = "thirdparty";

  /** Runs what the fake runtime of the test kit runs, and says so in the environment. */
  private static final String SOURCE =
      """
      package org.example.thirdparty;

      import io.lofn.spi.ContainerRuntime;
      import io.lofn.spi.ContainerRuntimeProvider;
      import io.lofn.spi.RuntimeConfig;
      import io.lofn.testkit.LocalProcessRuntimeProvider;
      import java.util.Optional;

      public class ThirdPartyProvider implements ContainerRuntimeProvider {
        @Override
        public String name() {
          return "%s";
        }

        @Override
        public Optional<String> unavailableReason(RuntimeConfig config) {
          return Optional.empty();
        }

        @Override
        public ContainerRuntime create(RuntimeConfig config) {
          System.setProperty("org.example.thirdparty.created", "true");
          return new LocalProcessRuntimeProvider().create(config);
        }
      }
      """
          .formatted(NAME);

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  @Test
  void isPickedByItsName(@TempDir Path directory) throws IOException {
    SPARK.context().addJar(jar(directory).toString());

    List<String> records =
        SPARK
            .lofn(Map.of("spark.lofn.runtime", NAME))
            .map(
                SPARK.context().parallelize(List.of("a", "b"), 1),
                Tool.pipe("any").command("tr", "ab", "xy"))
            .collect();

    assertThat(records).containsExactly("x", "y");
    assertThat(System.getProperty("org.example.thirdparty.created")).isEqualTo("true");
  }

  private static Path jar(Path directory) throws IOException {
    Path source = directory.resolve("ThirdPartyProvider.java");
    Files.writeString(source, SOURCE);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    int failed =
        compiler.run(
            null,
            null,
            null,
            "-d",
            directory.toString(),
            "-cp",
            System.getProperty("java.class.path"),
            source.toString());
    assertThat(failed).isZero();
    Path jar = directory.resolve("third-party.jar");
    String type = "org/example/thirdparty/ThirdPartyProvider.class";
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(file)) {
      entries.putNextEntry(new JarEntry(type));
      entries.write(Files.readAllBytes(directory.resolve(type)));
      entries.putNextEntry(
          new JarEntry("META-INF/services/" + ContainerRuntimeProvider.class.getName()));
      entries.write("org.example.thirdparty.ThirdPartyProvider\n".getBytes(UTF_8));
    }
    return jar;
  }
}
