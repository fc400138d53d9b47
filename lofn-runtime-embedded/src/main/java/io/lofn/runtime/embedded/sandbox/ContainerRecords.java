package io.lofn.runtime.embedded.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lofn.api.EngineException;
import io.lofn.files.OwnDirectory;
import io.lofn.files.Writers;
import io.lofn.runtime.embedded.cgroup.Owner;
import io.lofn.runtime.embedded.helper.HelperProgram;
import io.lofn.spi.ContainerSummary;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The records of this user's containers on this node: a directory for each process that has some,
 * named after it, and a small file in it for each container. With a process its containers end, so
 * its directory is then of no use. Thread-safe, also between processes.
 */
final class ContainerRecords {

  private static final Logger LOG = LoggerFactory.getLogger(ContainerRecords.class);
  private static final JsonMapper JSON = new JsonMapper();
  private static final int LONGEST_NAME = 200;

  private final Path directory;
  private final Path own;

  private ContainerRecords(Path directory, Path own) {
    this.directory = directory;
    this.own = own;
  }

  /** Opens the records below a directory of this user. */
  static ContainerRecords in(Path parent) {
    Path directory = parent.resolve("containers");
    try {
      HelperProgram.privateDirectory(directory);
      Path own = HelperProgram.privateDirectory(directory.resolve(Owner.self().name()));
      return new ContainerRecords(directory, own);
    } catch (IOException e) {
      throw new EngineException(
          "%s cannot be used for the records of containers: %s".formatted(directory, e), e);
    }
  }

  /**
   * A record that is being written.
   *
   * @param file its file
   * @param channel open until the container has started
   */
  record Reservation(Path file, FileChannel channel) {

    /** Adds the processes of a container that has started. */
    void started(ContainerProcesses processes) {
      try (channel) {
        channel.write(UTF_8.encode(processes.toLine() + "\n"));
      } catch (IOException e) {
        throw failed(file, e);
      }
    }

    void delete() {
      try (channel) {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        LOG.warn("Could not delete the record {} of a container", file, e);
      }
    }
  }

  /**
   * Reserves a name for a container that is about to start.
   *
   * @throws EngineException if another container of this process has it; transient
   */
  Reservation reserve(String id, Map<String, String> labels) {
    Path file = own.resolve(fileName(id));
    FileChannel channel = null;
    try {
      channel = FileChannel.open(file, CREATE_NEW, WRITE);
      channel.write(UTF_8.encode(JSON.writeValueAsString(labels) + "\n"));
      return new Reservation(file, channel);
    } catch (FileAlreadyExistsException e) {
      throw EngineException.transientFailure("The container name " + id + " is in use", e);
    } catch (IOException e) {
      if (channel != null) {
        new Reservation(file, channel).delete();
      }
      throw failed(file, e);
    }
  }

  private static String fileName(String id) {
    if (id.isEmpty() || id.length() > LONGEST_NAME || id.startsWith(".") || id.contains("/")) {
      throw new EngineException(
          "'%s' cannot be the name of a container: it must be the name of a file".formatted(id));
    }
    return id;
  }

  private static EngineException failed(Path file, IOException e) {
    return new EngineException(
        "Could not read or write the record %s of a container: %s".formatted(file, e), e);
  }

  /** Returns the containers that have these labels, of all processes that live. */
  List<ContainerSummary> list(Map<String, String> labels) {
    List<ContainerSummary> found = new ArrayList<>();
    for (Path each : directoriesOfLiving()) {
      for (Path file : entries(each)) {
        read(file)
            .filter(record -> record.labels().entrySet().containsAll(labels.entrySet()))
            .ifPresent(record -> found.add(record.summary(file.getFileName().toString())));
      }
    }
    return found;
  }

  /**
   * Returns the processes of a container of any process of this user; empty if it has no record.
   *
   * @throws EngineException if it is still starting; transient
   */
  Optional<ContainerProcesses> find(String id) {
    if (id.isEmpty() || id.startsWith(".") || id.contains("/")) {
      return Optional.empty();
    }
    for (Path each : directoriesOfLiving()) {
      Path file = each.resolve(id);
      Optional<ContainerProcesses> processes = read(file).flatMap(Entry::processes);
      if (processes.isPresent()) {
        return processes;
      }
      if (Files.exists(file)) {
        throw EngineException.transientFailure(
            "Container %s is still starting, as its record %s says; try again a little later"
                .formatted(id, file),
            new IllegalStateException("The record has no processes yet"));
      }
    }
    return Optional.empty();
  }

  /** Deletes the record of a container of any process, if there is one. */
  void forget(String id) {
    for (Path each : directoriesOfLiving()) {
      try {
        Files.deleteIfExists(each.resolve(id));
      } catch (IOException e) {
        throw failed(each.resolve(id), e);
      }
    }
  }

  /** Deletes the directories of processes that have ended. */
  void removeLeftovers() {
    for (Path each : entries(directory)) {
      if (owner(each).filter(Owner::isDead).isPresent()) {
        try (OwnDirectory all = OwnDirectory.open(directory)) {
          all.delete(each.getFileName(), Writers.GONE);
        } catch (IOException e) {
          LOG.debug("Could not delete {}", each, e);
        }
      }
    }
  }

  private List<Path> directoriesOfLiving() {
    return entries(directory).stream()
        .filter(
            each ->
                owner(each).filter(owner -> owner.isOfThisPlace() && !owner.isDead()).isPresent())
        .toList();
  }

  private static Optional<Owner> owner(Path directory) {
    return Owner.parse(directory.getFileName().toString());
  }

  private static List<Path> entries(Path directory) {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> names = Files.newDirectoryStream(directory)) {
      names.forEach(entries::add);
    } catch (NoSuchFileException | NotDirectoryException gone) {
      return List.of();
    } catch (IOException | DirectoryIteratorException e) {
      throw new EngineException("Could not read the records of containers in " + directory, e);
    }
    return entries;
  }

  private static Optional<Entry> read(Path file) {
    try {
      return Entry.parse(Files.readString(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  /**
   * The content of a record.
   *
   * @param labels the container's labels
   * @param processes its processes, once it has started
   */
  private record Entry(Map<String, String> labels, Optional<ContainerProcesses> processes) {

    static Optional<Entry> parse(String text) {
      String[] lines = text.split("\n", -1);
      // The last line has no end while it is being written.
      if (lines.length < 2) {
        return Optional.empty();
      }
      try {
        Map<String, String> labels = JSON.readValue(lines[0], new TypeReference<>() {});
        return Optional.of(
            new Entry(
                labels, lines.length > 2 ? ContainerProcesses.parse(lines[1]) : Optional.empty()));
      } catch (JsonProcessingException e) {
        return Optional.empty();
      }
    }

    ContainerSummary summary(String id) {
      boolean running = processes.filter(ContainerProcesses::isRunning).isPresent();
      return new ContainerSummary(id, id, labels, running);
    }
  }
}
