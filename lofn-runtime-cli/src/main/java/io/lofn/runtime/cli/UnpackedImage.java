package io.lofn.runtime.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lofn.api.EngineException;
import io.lofn.spi.ImageConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an image in a directory says of its containers, in whatever way the program that unpacked it
 * has noted it.
 *
 * <p>No volumes: the programs that run such images mount nothing where an image declares one.
 */
final class UnpackedImage {

  /** What lofn notes: the image's configuration as a whole. */
  static final String CONFIG = "ch/lofn-config.json";

  /** Where charliecloud looks for the variables of an image, and what {@code ch-image} notes. */
  static final String ENVIRONMENT = "ch/environment";

  private static final String METADATA = "ch/metadata.json";

  /** What apptainer writes of the variables of an image that was made for other engines. */
  private static final String SCRIPT = ".singularity.d/env/10-docker2singularity.sh";

  private static final Pattern EXPORT =
      Pattern.compile("export ([^=\\s]+)=\"\\$\\{\\1:-\"(.*)\"}\"");
  private static final Pattern PLAIN_EXPORT = Pattern.compile("export ([^=\\s]+)=\"(.*)\"");
  private static final Pattern QUOTED = Pattern.compile("'(.*)'");
  private static final Pattern ESCAPED = Pattern.compile("\\\\(.)");

  private static final JsonMapper JSON = new JsonMapper();

  private final Path image;

  private UnpackedImage(Path image) {
    this.image = image;
  }

  /**
   * Reads what is noted of an image; nothing of one in a single file.
   *
   * @throws EngineException if it cannot be read
   */
  static ImageConfig config(Path image) {
    try {
      return new UnpackedImage(image).config();
    } catch (IOException e) {
      throw new EngineException("What the image " + image + " says cannot be read: " + e, e);
    }
  }

  private ImageConfig config() throws IOException {
    if (isThere(CONFIG)) {
      return OciConfig.of(json(CONFIG).path("config")).volumes(List.of());
    }
    ImageConfig noted = ImageConfig.empty();
    if (isThere(METADATA)) {
      JsonNode metadata = json(METADATA);
      Map<String, String> environment = new LinkedHashMap<>();
      metadata
          .path("env")
          .fields()
          .forEachRemaining(each -> environment.put(each.getKey(), each.getValue().asText()));
      noted = noted.environment(environment).workingDirectory(metadata.path("cwd").asText(""));
    }
    if (isThere(ENVIRONMENT)) {
      return noted.environment(variables());
    }
    return isThere(SCRIPT) ? noted.environment(exports()) : noted;
  }

  private Map<String, String> variables() throws IOException {
    Map<String, String> variables = new LinkedHashMap<>();
    for (String line : lines(ENVIRONMENT)) {
      String[] parts = line.split("=", 2);
      if (parts.length == 2 && !parts[0].isEmpty()) {
        variables.put(parts[0], QUOTED.matcher(parts[1]).replaceAll("$1"));
      }
    }
    return variables;
  }

  private Map<String, String> exports() throws IOException {
    Map<String, String> variables = new LinkedHashMap<>();
    for (String line : lines(SCRIPT)) {
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

  private boolean isThere(String name) {
    return Files.isRegularFile(image.resolve(name));
  }

  /** Images hold bytes of any charset. */
  private List<String> lines(String name) throws IOException {
    return ArchivedImage.text(image.resolve(name)).lines().toList();
  }

  private JsonNode json(String name) throws IOException {
    return JSON.readTree(ArchivedImage.text(image.resolve(name)));
  }
}
