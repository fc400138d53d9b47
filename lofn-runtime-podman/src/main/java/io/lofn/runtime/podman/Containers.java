package io.lofn.runtime.podman;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lofn.spi.ContainerSummary;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;

/** Short calls about containers. Thread-safe. */
final class Containers {

  private static final long PAUSE_MILLIS = 20;
  private static final int LISTINGS = 10;

  /** What podman answers while somebody else removes a container, or it just ends by itself. */
  private static final List<String> WHEN_BUSY =
      List.of("removing", "container state improper", "container not running");

  /** The documented parameter is v, but podman reads it only in the Docker-compatible API. */
  private static final String REMOVAL = "?force=true&timeout=0&v=true&volumes=true";

  private static final int LOOKS = 10;
  private static final long LOOK_PAUSE_MILLIS = 2000;

  private final PodmanEngine engine;

  Containers(PodmanEngine engine) {
    this.engine = engine;
  }

  void start(String id) {
    String action = "start container " + id;
    engine.expect(action, post(action, id, "/start"));
  }

  /** Sends a signal; false if the container has ended. */
  boolean kill(String id, String signal) {
    String action = "signal container " + id;
    Answer answer = post(action, id, "/kill?signal=" + signal);
    if (answer.isNotFound() || answer.status() == 409 || answer.says("container state improper")) {
      return false;
    }
    engine.expect(action, answer);
    return true;
  }

  private Answer post(String action, String id, String what) {
    return engine.call(
        action, engine.libpod("/containers/" + id + what).post(PodmanEngine.nothing()).build());
  }

  /** Returns whether the container exists; a cheaper call than its state. */
  boolean exists(String id) {
    String action = "look for container " + id;
    Answer answer =
        engine.call(action, engine.libpod("/containers/" + id + "/exists").get().build());
    if (answer.isNotFound()) {
      return false;
    }
    engine.expect(action, answer);
    return true;
  }

  /** Returns the container's state; empty if there is no such container. */
  Optional<JsonNode> state(String id) {
    String action = "inspect container " + id;
    Answer answer = engine.call(action, engine.libpod("/containers/" + id + "/json").get().build());
    return answer.isNotFound()
        ? Optional.empty()
        : Optional.of(engine.json(action, answer).path("State"));
  }

  /** Removes a container, running or not, and its anonymous volumes. */
  boolean remove(String id) {
    String action = "remove container " + id;
    long end = System.nanoTime() + engine.callTimeout().toNanos();
    while (true) {
      Answer answer =
          engine.call(action, engine.libpod("/containers/" + id + REMOVAL).delete().build());
      if (answer.isNotFound()) {
        return true;
      }
      boolean busy = WHEN_BUSY.stream().anyMatch(answer::says);
      if (!busy || System.nanoTime() > end) {
        engine.expect(action, answer);
        return true;
      }
      pause(PAUSE_MILLIS);
    }
  }

  /** Lists containers. Compares the labels again, since an empty value could match any. */
  List<ContainerSummary> list(Map<String, String> labels) {
    String action = "list containers";
    ObjectNode filters = PodmanEngine.JSON.createObjectNode();
    ArrayNode wanted = filters.putArray("label");
    labels.forEach((name, value) -> wanted.add(name + "=" + value));
    String query = URLEncoder.encode(filters.toString(), StandardCharsets.UTF_8);
    Answer answer = listing(action, query);
    // A container that is removed meanwhile makes the whole listing fail.
    for (int i = 1; i < LISTINGS && answer.isNotFound(); i++) {
      answer = listing(action, query);
    }
    List<ContainerSummary> result = new ArrayList<>();
    for (JsonNode each : engine.json(action, answer)) {
      Map<String, String> found = new LinkedHashMap<>();
      each.path("Labels")
          .fields()
          .forEachRemaining(label -> found.put(label.getKey(), label.getValue().asText()));
      boolean running =
          List.of("running", "paused", "stopping").contains(each.path("State").asText());
      if (found.entrySet().containsAll(labels.entrySet())) {
        result.add(
            new ContainerSummary(
                each.path("Id").asText(), each.path("Names").path(0).asText(), found, running));
      }
    }
    return result;
  }

  private Answer listing(String action, String filters) {
    return engine.call(
        action, engine.libpod("/containers/json?all=true&filters=" + filters).get().build());
  }

  /**
   * Removes a container whose creation the service did not confirm in time. The service may still
   * create it later, with an unknown id.
   */
  boolean removeUnconfirmed(String name, Map<String, String> labels) {
    for (int look = 0; look < LOOKS; look++) {
      Answer answer =
          engine.call(
              "inspect container " + name,
              engine.libpod("/containers/" + name + "/json").get().build());
      if (answer.isSuccess()) {
        JsonNode found = engine.json("inspect container " + name, answer);
        boolean own =
            List.of("created", "configured").contains(found.at("/State/Status").asText())
                && labels.entrySet().stream()
                    .allMatch(
                        label ->
                            found
                                .at("/Config/Labels")
                                .path(label.getKey())
                                .asText()
                                .equals(label.getValue()));
        return own && remove(found.path("Id").asText());
      }
      pause(LOOK_PAUSE_MILLIS);
    }
    return false;
  }

  private static void pause(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException();
    }
  }
}
