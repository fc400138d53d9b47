package io.lofn.runtime.cli.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lofn.api.EngineException;
import io.lofn.runtime.cli.process.CommandResult;
import io.lofn.spi.ContainerSummary;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Finds containers by their labels. The engine filters only by labels that every parser of filters
 * reads correctly; the others are compared here. Thread-safe.
 */
final class ContainerListing {

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:-]+");

  // Podman accepts .Id only where nothing else is in the braces.
  private static final String FORMAT =
      "[\"{{.Id}}\",{{json .State.Running}},{{json .Config.Labels}},{{json .Name}}]";

  private static final JsonMapper JSON = new JsonMapper();

  private final CliEngine engine;

  ContainerListing(CliEngine engine) {
    this.engine = engine;
  }

  List<ContainerSummary> list(Map<String, String> labels) {
    List<String> ids = ids(labels);
    if (ids.isEmpty()) {
      return List.of();
    }
    return inspect(ids).stream()
        .filter(found -> found.labels().entrySet().containsAll(labels.entrySet()))
        .toList();
  }

  private List<String> ids(Map<String, String> labels) {
    List<String> arguments = new ArrayList<>(List.of("ps", "--all", "--quiet", "--no-trunc"));
    labels.forEach(
        (name, value) -> {
          if (PLAIN.matcher(name).matches()) {
            String filter = PLAIN.matcher(value).matches() ? name + "=" + value : name;
            arguments.add("--filter=label=" + filter);
          }
        });
    CommandResult result = engine.demand(engine.command(arguments), "ps");
    return result.stdout().lines().filter(line -> !line.isBlank()).distinct().toList();
  }

  private List<ContainerSummary> inspect(List<String> ids) {
    CommandResult result = engine.inspect(FORMAT, ids);
    // Containers that were removed meanwhile are reported as missing, the others are described.
    boolean answered = result.succeeded() || CliFailure.isNoSuchContainer(result.message());
    if (result.cutOff() || !answered) {
      throw engine.failure("container inspect", result);
    }
    return result.stdout().lines().filter(line -> !line.isBlank()).map(this::summary).toList();
  }

  private ContainerSummary summary(String line) {
    try {
      JsonNode container = JSON.readTree(line);
      Map<String, String> labels = new HashMap<>();
      container
          .path(2)
          .fields()
          .forEachRemaining(e -> labels.put(e.getKey(), e.getValue().asText()));
      return new ContainerSummary(
          container.path(0).asText(),
          container.path(3).asText().replaceFirst("^/", ""), // docker's leading slash
          labels,
          container.path(1).asBoolean());
    } catch (JsonProcessingException e) {
      throw new EngineException("Could not read the engine's answer about a container: " + line, e);
    }
  }
}
