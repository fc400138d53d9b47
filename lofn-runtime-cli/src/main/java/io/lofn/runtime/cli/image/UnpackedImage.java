package io.lofn.runtime.cli.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lofn.api.EngineException;
import io.lofn.files.FileTree;
import io.lofn.files.ReadableFile;
import io.lofn.image.OciConfig;
import io.lofn.spi.ImageConfig;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the configuration of an unpacked image, in the form in which the program that unpacked it
 * has stored it.
 *
 * <p>Volumes are ignored: the programs that run such images mount nothing for them.
 */
public final class UnpackedImage {

  /** The file of lofn: the image's whole configuration. */
  static final String CONFIG = "ch/lofn-config.json";

  /** The file of {@code ch-image}, from which charliecloud reads the variables of an image. */
  static final String ENVIRONMENT = "ch/environment";

  private static final String METADATA = "ch/metadata.json";

  /** The configuration as {@code ch-image} found it in the registry. */
  private static final String PULLED = "ch/config.pulled.json";

  /** The file of apptainer with the variables of an image that was built for other engines. */
  private static final String SCRIPT = ".singularity.d/env/10-docker2singularity.sh";

  private static final Pattern EXPORT =
      Pattern.compile("export ([^=\\s]+)=\"\\$\\{\\1:-\"(.*)\"}\"");
  private static final Pattern PLAIN_EXPORT = Pattern.compile("export ([^=\\s]+)=\"(.*)\"");
  private static final Pattern QUOTED = Pattern.compile("'(.*)'");
  private static final Pattern ESCAPED = Pattern.compile("\\\\(.)");

  private static final int LONGEST = 16 << 20;

  private static final JsonMapper JSON = new JsonMapper();

  private final Path image;

  private UnpackedImage(Path image) {
    this.image = image;
  }

  /**
   * Reads the configuration of an image; empty for an image in a single file.
   *
   * @throws EngineException if it cannot be read
   */
  public static ImageConfig config(Path image) {
    try {
      return new UnpackedImage(image).config();
    } catch (IOException e) {
      throw new EngineException("Could not read the configuration of image " + image + ": " + e, e);
    }
  }

  private ImageConfig config() throws IOException {
    Optional<byte[]> config = read(CONFIG);
    if (config.isPresent()) {
      return OciConfig.of(JSON.readTree(config.get()).path("config")).volumes(List.of());
    }
    ImageConfig noted = pulled();
    Optional<byte[]> described = read(METADATA);
    if (described.isPresent()) {
      JsonNode metadata = JSON.readTree(described.get());
      Map<String, String> environment = new LinkedHashMap<>();
      metadata
          .path("env")
          .fields()
          .forEachRemaining(each -> environment.put(each.getKey(), each.getValue().asText()));
      noted =
          noted
              .environment(environment)
              .workingDirectory(metadata.path("cwd").asText(noted.workingDirectory().orElse("")));
    }
    Optional<byte[]> environment = read(ENVIRONMENT);
    if (environment.isPresent()) {
      return noted.environment(variables(lines(environment.get())));
    }
    Optional<byte[]> script = read(SCRIPT);
    return script.isPresent() ? noted.environment(exports(lines(script.get()))) : noted;
  }

  /** Where the image's tools work; the rest is noted elsewhere, with what builds have changed. */
  private ImageConfig pulled() throws IOException {
    Optional<byte[]> pulled = read(PULLED);
    return pulled.isPresent()
        ? ImageConfig.empty()
            .workingDirectory(JSON.readTree(pulled.get()).at("/config/WorkingDir").asText(""))
        : ImageConfig.empty();
  }

  private static Map<String, String> variables(List<String> lines) {
    Map<String, String> variables = new LinkedHashMap<>();
    for (String line : lines) {
      String[] parts = line.split("=", 2);
      if (parts.length == 2 && !parts[0].isEmpty()) {
        variables.put(parts[0], QUOTED.matcher(parts[1]).replaceAll("$1"));
      }
    }
    return variables;
  }

  private static Map<String, String> exports(List<String> lines) {
    Map<String, String> variables = new LinkedHashMap<>();
    for (String line : lines) {
      Matcher found = EXPORT.matcher(line.strip());
      if (!found.matches()) {
        found = PLAIN_EXPORT.matcher(line.strip());
      }
      if (found.matches()) {
        variables.put(found.group(1), ESCAPED.matcher(found.group(2)).replaceAll("$1"));
      }
    }
    return variables;
  }

  /**
   * Reads a file of the image; empty if it is not a regular file. Links are not followed: the image
   * may be untrusted, and a link could point to a file of the node.
   */
  private Optional<byte[]> read(String name) throws IOException {
    if (!Files.isDirectory(image)) {
      return Optional.empty();
    }
    try (ReadableFile file = FileTree.read(image.toRealPath(), Path.of(name))) {
      byte[] bytes = file.stream().readNBytes(LONGEST + 1);
      if (bytes.length > LONGEST) {
        throw new IOException("its %s has more than %d bytes".formatted(name, LONGEST));
      }
      return Optional.of(bytes);
    } catch (AccessDeniedException e) {
      throw e;
    } catch (FileSystemException notThere) {
      return Optional.empty();
    }
  }

  /** Splits bytes into lines; images contain bytes of any charset. */
  private static List<String> lines(byte[] bytes) {
    return new String(bytes, UTF_8).lines().toList();
  }
}
