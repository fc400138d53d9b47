package io.lofn.bundle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.apache.maven.artifact.versioning.DefaultArtifactVersion;
import org.apache.maven.artifact.versioning.InvalidVersionSpecificationException;
import org.apache.maven.artifact.versioning.VersionRange;
import org.junit.jupiter.api.Test;

/**
 * Compares the libraries in the bundle with the list of known vulnerabilities in the repository.
 */
class KnownVulnerabilitiesIT {

  private static final Path LIST = Path.of("vulnerabilities.tsv");
  private static final Path TARGET = Path.of("target");
  private static final int FIELDS_OF_A_LIBRARY = 2;

  /**
   * The date on which the known vulnerabilities of a library were checked, by its GROUP:ARTIFACT.
   */
  private final Map<String, LocalDate> seen = new TreeMap<>();

  private final List<Vulnerability> known = new ArrayList<>();

  KnownVulnerabilitiesIT() throws IOException {
    for (String line : Files.readString(LIST).lines().toList()) {
      if (!line.isEmpty() && !line.startsWith("#")) {
        read(line.split("\t", -1));
      }
    }
  }

  private void read(String... fields) {
    if (fields.length == FIELDS_OF_A_LIBRARY) {
      assertThat(seen.put(fields[0], LocalDate.parse(fields[1]))).as(fields[0]).isNull();
    } else {
      known.add(Vulnerability.of(fields));
    }
  }

  @Test
  void nothingIsBundledThatHasAKnownHoleWhichMatters() throws IOException {
    Map<String, String> bundled = bundled();

    assertThat(bundled).hasSizeGreaterThan(20);
    assertThat(known.stream().filter(hole -> hole.isOpenIn(bundled)))
        .as("vulnerable libraries in the bundle: use a newer version, or give a reason in %s", LIST)
        .isEmpty();
  }

  @Test
  void nothingIsBundledThatNobodyHasLookedAt() throws IOException {
    assertThat(seen.keySet())
        .as("libraries in %s; check new ones for known vulnerabilities", LIST)
        .containsAll(bundled().keySet());
  }

  @Test
  void noHoleIsToldOfALibraryThatIsNotBundledOrBeforeItWasFound() {
    assertThat(known)
        .isNotEmpty()
        .allSatisfy(
            hole -> {
              assertThat(seen).containsKey(hole.library());
              assertThat(hole.confirmed()).isBeforeOrEqualTo(seen.get(hole.library()));
            });
  }

  @Test
  void aHoleIsFoundInTheVersionsItIsIn() {
    Vulnerability hole = Vulnerability.of("a:b", "CVE-1", "[1.3,1.26.0),[2.0,2.0.1)", "2026-01-31");
    Vulnerability accepted = Vulnerability.of("a:b", "CVE-1", "[1.3,)", "2026-01-31", "not used");

    assertThat(List.of("1.3", "1.9", "1.25.0", "1.26.0-rc1", "2.0"))
        .allMatch(version -> hole.isOpenIn(Map.of("a:b", version)));
    assertThat(List.of("1.2", "1.26", "1.26.0", "1.100", "2.0.1"))
        .noneMatch(version -> hole.isOpenIn(Map.of("a:b", version)));
    assertThat(hole.isOpenIn(Map.of("a:c", "1.9"))).isFalse();
    assertThat(accepted.isOpenIn(Map.of("a:b", "1.9"))).isFalse();
  }

  /** Versions by GROUP:ARTIFACT: of the libraries that Maven bundled, and of those inside them. */
  private static Map<String, String> bundled() throws IOException {
    Map<String, String> versions = new TreeMap<>();
    for (String line : Files.readAllLines(TARGET.resolve("libraries.txt"))) {
      if (!line.startsWith("/")) { // a module of lofn
        List<String> names = Arrays.asList(line.split("/"));
        int group = names.size() - 3;
        versions.put(
            String.join(".", names.subList(0, group)) + ":" + names.get(group),
            names.get(group + 1));
      }
    }
    try (JarFile jar = new JarFile(bundle().toFile())) {
      for (JarEntry entry : Collections.list(jar.entries())) {
        if (entry.getName().endsWith("/pom.properties")) {
          Properties properties = new Properties();
          try (InputStream in = jar.getInputStream(entry)) {
            properties.load(new InputStreamReader(in, UTF_8));
          }
          versions.put(
              properties.getProperty("groupId") + ":" + properties.getProperty("artifactId"),
              properties.getProperty("version"));
        }
      }
    }
    Set<String> own = new TreeSet<>(versions.keySet());
    own.removeIf(name -> !name.startsWith("io.lofn:"));
    versions.keySet().removeAll(own);
    return versions;
  }

  private static Path bundle() throws IOException {
    try (var files = Files.newDirectoryStream(TARGET, "lofn-bundle-*.jar")) {
      return files.iterator().next();
    }
  }

  /**
   * A known vulnerability.
   *
   * @param why why it does not affect lofn; empty if that is not stated
   */
  private record Vulnerability(
      String library, String name, VersionRange affected, LocalDate confirmed, String why) {

    static Vulnerability of(String... fields) {
      assertThat(fields).as(String.join(" ", fields)).hasSizeBetween(4, 5).doesNotContain("");
      try {
        return new Vulnerability(
            fields[0],
            fields[1],
            VersionRange.createFromVersionSpec(fields[2]),
            LocalDate.parse(fields[3]),
            fields.length == 5 ? fields[4] : "");
      } catch (InvalidVersionSpecificationException e) {
        throw new AssertionError(String.join(" ", fields), e);
      }
    }

    boolean isOpenIn(Map<String, String> bundled) {
      String version = bundled.get(library);
      return why.isEmpty()
          && version != null
          && affected.containsVersion(new DefaultArtifactVersion(version));
    }
  }
}
