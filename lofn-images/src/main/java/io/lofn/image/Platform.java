package io.lofn.image;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The operating system and architecture of an image, in the words of container images.
 *
 * @param os such as {@code linux}; empty if the image does not say it
 * @param architecture such as {@code amd64}; empty if the image does not say it
 */
public record Platform(String os, String architecture) {

  private static final Map<String, String> NAMES =
      Map.of("x86_64", "amd64", "aarch64", "arm64", "x86", "386", "i386", "386");

  /** Architectures whose programs run on others, too. */
  private static final Map<String, List<String>> ALSO =
      Map.of("amd64", List.of("386"), "arm64", List.of("arm"));

  /** Returns that of this node. */
  public static Platform own() {
    String architecture = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    return new Platform("linux", NAMES.getOrDefault(architecture, architecture));
  }

  /** Reads the fields of an image's configuration, or of a platform in an index. */
  public static Platform of(JsonNode node) {
    return new Platform(node.path("os").asText(""), node.path("architecture").asText(""));
  }

  /** Returns whether a node of this platform runs programs of another one, or may do so. */
  public boolean runs(Platform image) {
    boolean sameOs = image.os.isEmpty() || image.os.equals(os);
    boolean sameArchitecture =
        image.architecture.isEmpty()
            || image.architecture.equals(architecture)
            || ALSO.getOrDefault(architecture, List.of()).contains(image.architecture);
    return sameOs && sameArchitecture;
  }

  /**
   * Returns whether an image of this platform is the one to take.
   *
   * @param wanted the platform as the user names it; empty: what this node runs
   */
  public boolean fits(Optional<String> wanted) {
    return wanted.map(this::isNamed).orElseGet(() -> own().runs(this));
  }

  /** Returns whether a user may mean this platform by a text such as {@code linux/arm64/v8}. */
  public boolean isNamed(String text) {
    String[] parts = text.split("/", -1);
    return parts.length > 1
        ? (os.isEmpty() || os.equals(parts[0]))
            && (architecture.isEmpty() || architecture.equals(parts[1]))
        : os.equals(text) || architecture.equals(text);
  }

  @Override
  public String toString() {
    return os + "/" + architecture;
  }
}
