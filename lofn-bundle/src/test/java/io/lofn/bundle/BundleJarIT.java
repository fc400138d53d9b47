package io.lofn.bundle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Executable;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests the content of the jar that users pass to Spark. */
class BundleJarIT {

  private static final Path TARGET = Path.of("target");
  private static final String SHADED = "io.lofn.shaded.";
  private static final long MOST_BYTES = 30_000_000;

  /** Packages that users or third parties share with lofn, and that native code calls by name. */
  private static final List<String> OWN_NAMES =
      List.of(
          "io/lofn/",
          "com/google/inject/",
          "jakarta/inject/",
          "org/aopalliance/",
          "org/jspecify/",
          "org/newsclub/");

  private Path path;
  private JarFile jar;

  @BeforeEach
  void open() throws IOException {
    try (var files = Files.newDirectoryStream(TARGET, "lofn-bundle-*.jar")) {
      path = files.iterator().next();
    }
    jar = new JarFile(path.toFile());
  }

  @AfterEach
  void close() throws IOException {
    jar.close();
  }

  @Test
  void onlyWhatIsSharedKeepsItsName() {
    assertThat(classes())
        .isNotEmpty()
        .allMatch(name -> OWN_NAMES.stream().anyMatch(name::startsWith), "has a name of its own");
    assertThat(classes()).anyMatch(name -> name.startsWith("io/lofn/shaded/guava/"));
  }

  @Test
  void itIsOneClassFileForEachClass() {
    assertThat(names())
        .noneMatch(name -> name.startsWith("META-INF/versions/"))
        .noneMatch(name -> name.endsWith("module-info.class"))
        .noneMatch(name -> name.matches("META-INF/.*[.](SF|DSA|RSA)"));
  }

  @Test
  void theServicesOfAllModulesAreFound() {
    assertThat(text("META-INF/services/io.lofn.spi.ContainerRuntimeProvider").lines())
        .containsExactlyInAnyOrder(
            "io.lofn.runtime.cli.CliRuntimeProvider",
            "io.lofn.runtime.docker.DockerRuntimeProvider",
            "io.lofn.runtime.embedded.EmbeddedRuntimeProvider",
            "io.lofn.runtime.podman.PodmanRuntimeProvider");
    assertThat(text("META-INF/services/io.lofn.spi.VolumeStagerProvider").strip())
        .isEqualTo("io.lofn.hdfs.HadoopVolumeStagerProvider");
    assertThat(text("META-INF/services/io.lofn.spi.OutputStoreProvider").strip())
        .isEqualTo("io.lofn.hdfs.HadoopOutputStoreProvider");
  }

  @Test
  void theRunEngineIsThereWithItsScriptsAndItsVersion() {
    assertThat(names())
        .contains(
            "io/lofn/core/CoreModule.class",
            "io/lofn/core/warm/command.sh",
            "io/lofn/core/warm/warm-agent.sh",
            "io/lofn/core/warm/warm-seal.sh");
    assertThat(text("io/lofn/core/node/version.properties")).containsPattern("version=[0-9]");
  }

  /** The fields of an ELF file's header that say for which machine it is, and of which kind. */
  @Test
  void theHelperOfTheEmbeddedRuntimeIsThereForEachArchitecture() throws IOException {
    for (Map.Entry<String, Integer> machine : Map.of("x86_64", 62, "aarch64", 183).entrySet()) {
      String name = "io/lofn/runtime/embedded/lofn-run-" + machine.getKey();
      assertThat(jar.getEntry(name)).as(name).isNotNull();
      try (InputStream in = jar.getInputStream(jar.getEntry(name))) {
        byte[] header = in.readNBytes(20);
        assertThat(header).as(name).startsWith(0x7f, 'E', 'L', 'F', 2, 1);
        assertThat(header[16]).as("an executable of fixed place").isEqualTo((byte) 2);
        assertThat(header[18]).as("its machine").isEqualTo(machine.getValue().byteValue());
      }
    }
  }

  @Test
  void nothingElseIsNativeCodeOfLofn() {
    assertThat(names())
        .filteredOn(name -> name.startsWith("io/lofn/") && !name.startsWith("io/lofn/shaded/"))
        .filteredOn(name -> !name.endsWith("/") && !name.matches(".*[.](class|sh|properties|txt)"))
        .containsExactlyInAnyOrder(
            "io/lofn/runtime/embedded/lofn-run-aarch64",
            "io/lofn/runtime/embedded/lofn-run-x86_64");
  }

  @Test
  void theLicencesOfItsContentsAreKept() {
    assertThat(text("META-INF/LICENSE")).contains("Apache License");
    assertThat(text("META-INF/NOTICE")).contains("lofn", "Jackson", "Guice");
    assertThat(text("META-INF/bouncycastle-LICENSE")).contains("Legion of the Bouncy Castle");
    assertThat(jar.getEntry("META-INF/FastDoubleParser-LICENSE")).isNotNull();
  }

  @Test
  void itAsksARepositoryForNothingElse() throws IOException {
    assertThat(TARGET.resolve("lofn-bundle.pom"))
        .content()
        .contains("<artifactId>lofn-bundle</artifactId>")
        .doesNotContain("<parent>", "<dependencies>", "<dependencyManagement>");
    assertThat(Files.size(path)).isLessThan(MOST_BYTES);
  }

  @Test
  void nothingPublicNamesWhatWasRenamed() throws Exception {
    try (URLClassLoader loader = withSpark()) {
      List<Class<?>> types = new ArrayList<>();
      for (String name : classes()) {
        if (name.matches("io/lofn/(api|spi|spark)/[^$]+[.]class")) {
          types.add(loader.loadClass(name.replace('/', '.').replace(".class", "")));
        }
      }
      assertThat(types).hasSizeGreaterThan(50);
      assertThat(types.stream().filter(type -> Modifier.isPublic(type.getModifiers())))
          .flatExtracting(BundleJarIT::signatures)
          .noneMatch(signature -> signature.contains(SHADED));
    }
  }

  @Test
  void theKeyOfARemoteEngineIsReadByWhatWasRenamed() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    PrivateKey key = generator.generateKeyPair().getPrivate();
    String pem =
        "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n"
            .formatted(Base64.getMimeEncoder().encodeToString(key.getEncoded()));
    try (URLClassLoader loader = withSpark()) {
      Object read =
          loader
              .loadClass(SHADED + "dockerjava.core.util.CertificateUtils")
              .getMethod("loadPrivateKey", String.class)
              .invoke(null, pem);

      assertThat(((PrivateKey) read).getEncoded()).isEqualTo(key.getEncoded());
    }
  }

  private static List<String> signatures(Class<?> type) {
    List<String> signatures = new ArrayList<>();
    Stream.concat(Arrays.stream(type.getMethods()), Arrays.stream(type.getConstructors()))
        .map(Executable::toGenericString)
        .forEach(signatures::add);
    Arrays.stream(type.getFields()).map(Object::toString).forEach(signatures::add);
    return signatures;
  }

  /** Returns the bundle and Spark's libraries, without the modules in the bundle. */
  private URLClassLoader withSpark() throws IOException {
    List<URL> urls = new ArrayList<>(List.of(path.toUri().toURL()));
    List<String> entries =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> entry.endsWith(".jar") && !entry.contains("lofn-"))
            .toList();
    for (String entry : entries) {
      urls.add(Path.of(entry).toUri().toURL());
    }
    return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
  }

  private List<String> names() {
    return jar.stream().map(entry -> entry.getName()).toList();
  }

  private List<String> classes() {
    return names().stream().filter(name -> name.endsWith(".class")).toList();
  }

  private String text(String name) {
    try (var in = jar.getInputStream(jar.getEntry(name))) {
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
