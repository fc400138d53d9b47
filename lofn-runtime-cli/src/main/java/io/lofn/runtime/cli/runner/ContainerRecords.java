package io.lofn.runtime.cli.runner;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import io.lofn.api.EngineException;
import io.lofn.files.OwnDirectory;
import io.lofn.spi.ContainerSummary;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The records of this user's containers on this node, one file for each, named after the container.
 * The files outlive the process that wrote them, so that another process can find and end the
 * containers of a killed one. The container's name is its id. Thread-safe, also between processes.
 */
public final class ContainerRecords {

  /** The property that names the directory. */
  public static final String SETTING = "state";

  private static final String SUFFIX = ".json";

  private final Path directory;

  private ContainerRecords(Path directory) {
    this.directory = directory;
  }

  /**
   * Opens a directory, and creates it if it does not exist.
   *
   * @throws EngineException if other users can write there: they could choose processes to be
   *     killed
   */
  public static ContainerRecords in(Path directory) {
    try {
      if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectories(directory.toAbsolutePath().getParent());
        Files.createDirectory(
            directory,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
    } catch (FileAlreadyExistsException e) {
      // Another process was faster, or it is not a directory; the check below decides.
    } catch (IOException e) {
      throw unusable(directory, e.toString(), e);
    }
    try {
      OwnDirectory.open(directory).close();
    } catch (IOException e) {
      throw unusable(directory, e.getMessage(), e);
    }
    return new ContainerRecords(directory);
  }

  private static EngineException unusable(
      Path directory, String reason, @Nullable IOException cause) {
    String text =
        "Could not use %s for the records of containers: %s; set spark.lofn.cli.%s to another directory"
            .formatted(directory, reason, SETTING);
    return cause == null ? new EngineException(text) : new EngineException(text, cause);
  }

  /**
   * Reserves a name for a container that is about to start.
   *
   * @throws EngineException if another container has it; transient
   */
  ContainerRecord add(String id, Map<String, String> labels) {
    removeOrphan(id);
    ContainerRecord record = ContainerRecord.ofNew(labels);
    Path written = write(record);
    try {
      // A link never replaces a file, unlike a move.
      Files.createLink(file(id), written);
      return record;
    } catch (FileAlreadyExistsException e) {
      throw EngineException.transientFailure("The container name " + id + " is in use", e);
    } catch (IOException e) {
      throw failed(e);
    } finally {
      delete(written);
    }
  }

  void started(String id, ContainerRecord record, ProcessId process) {
    Path written = write(record.started(process));
    try {
      Files.move(written, file(id), ATOMIC_MOVE);
    } catch (IOException e) {
      delete(written);
      throw failed(e);
    }
  }

  /** Returns the containers that have these labels. */
  List<ContainerSummary> list(Map<String, String> labels) {
    List<ContainerSummary> found = new ArrayList<>();
    all().keySet().forEach(this::removeOrphan);
    all()
        .forEach(
            (id, record) -> {
              boolean here = record.place().equals(ContainerRecord.here());
              if (here && record.labels().entrySet().containsAll(labels.entrySet())) {
                found.add(new ContainerSummary(id, id, record.labels(), record.isRunning()));
              }
            });
    return found;
  }

  private Map<String, ContainerRecord> all() {
    Map<String, ContainerRecord> records = new TreeMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        String id = name.substring(0, name.length() - SUFFIX.length());
        find(id).ifPresent(record -> records.put(id, record));
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw new EngineException("Could not read the records of containers in " + directory, e);
    }
    return records;
  }

  private Optional<ContainerRecord> find(String id) {
    try {
      return ContainerRecord.parse(Files.readString(file(id)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Kills the processes of a container and deletes its record. */
  void remove(String id) {
    Optional<ContainerRecord> record = id.contains("/") ? Optional.empty() : find(id);
    if (record.isPresent()) {
      Optional<MountNamespace> mounts = record.get().mounts();
      try {
        record.get().killProcess();
        new Cookie(id, mounts).kill();
      } finally {
        mounts.ifPresent(MountNamespace::close);
      }
      delete(file(id));
    }
  }

  /** Deletes the record of a container whose process and owner have both ended. */
  private void removeOrphan(String id) {
    Optional<ContainerRecord> record = find(id);
    if (record.isEmpty()) {
      return;
    }
    boolean here = record.get().place().equals(ContainerRecord.here());
    if (here && !record.get().isRunning() && !record.get().owner().isAlive()) {
      remove(id);
    } else if (record.get().isOfEarlierBoot()) {
      delete(file(id));
    }
  }

  private Path write(ContainerRecord record) {
    try {
      return Files.writeString(Files.createTempFile(directory, "new-", ".tmp"), record.toJson());
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private Path file(String id) {
    return directory.resolve(id + SUFFIX);
  }

  private EngineException failed(IOException e) {
    return new EngineException(
        "Could not read or write the record of a container in " + directory + ": " + e, e);
  }
}
