package io.lofn.runtime.cli.runner;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The record of a container that runs without an engine.
 *
 * @param place the node's boot and the namespace that the process ids belong to
 * @param owner the process that started it
 * @param process its first process, once it has started
 * @param labels its labels
 */
record ContainerRecord(
    String place, ProcessId owner, Optional<ProcessId> process, Map<String, String> labels) {

  private static final JsonMapper JSON = new JsonMapper();

  ContainerRecord {
    labels = Map.copyOf(labels);
  }

  /** Returns a record of a container that this process is about to start. */
  static ContainerRecord ofNew(Map<String, String> labels) {
    return new ContainerRecord(here(), ProcessId.own(), Optional.empty(), labels);
  }

  /**
   * Returns the scope in which a process id stands for the same process: the boot and the
   * namespace.
   */
  static String here() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip()
          + " "
          + Files.readSymbolicLink(Path.of("/proc/self/ns/pid"));
    } catch (IOException e) {
      throw new IllegalStateException("/proc is not mounted", e);
    }
  }

  /**
   * Returns whether it is of an earlier boot of this node, so that none of its processes can run.
   */
  boolean isOfEarlierBoot() {
    return !place.split(" ", 2)[0].equals(here().split(" ", 2)[0]);
  }

  ContainerRecord started(ProcessId started) {
    return new ContainerRecord(place, owner, Optional.of(started), labels);
  }

  boolean isRunning() {
    return process.map(ProcessId::isAlive).orElse(false);
  }

  /** Opens the mount namespace of its process, while that runs. */
  Optional<MountNamespace> mounts() {
    return process.flatMap(MountNamespace::open);
  }

  /** Kills its first process, and with that all others where they have a process namespace. */
  void killProcess() {
    if (place.equals(here())) {
      process.ifPresent(ProcessId::kill);
    }
  }

  String toJson() {
    ObjectNode json = JSON.createObjectNode();
    json.put("place", place);
    json.put("owner", owner.pid()).put("ownerStart", owner.start());
    process.ifPresent(known -> json.put("pid", known.pid()).put("start", known.start()));
    ObjectNode all = json.putObject("labels");
    labels.forEach(all::put);
    return json.toString();
  }

  /** Reads a record; empty if the text is not a record. */
  static Optional<ContainerRecord> parse(String text) {
    try {
      JsonNode json = JSON.readTree(text);
      if (!json.path("place").isTextual()) {
        return Optional.empty();
      }
      Map<String, String> labels = new HashMap<>();
      json.path("labels")
          .fields()
          .forEachRemaining(e -> labels.put(e.getKey(), e.getValue().asText()));
      Optional<ProcessId> process =
          json.has("pid")
              ? Optional.of(new ProcessId(json.get("pid").asLong(), json.path("start").asLong()))
              : Optional.empty();
      return Optional.of(
          new ContainerRecord(
              json.get("place").asText(),
              new ProcessId(json.path("owner").asLong(), json.path("ownerStart").asLong()),
              process,
              labels));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
