package io.lofn.runtime.cli.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lofn.api.EngineException;
import io.lofn.files.FileTree;
import io.lofn.files.OwnDirectory;
import io.lofn.files.Writers;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The private directory of one run, which no other user can read. Immutable. */
public final class RunDirectory {

  private static final Logger LOG = LoggerFactory.getLogger(RunDirectory.class);

  private static final String PREFIX = "lofn-cli-";
  private static final Pattern NAME = Pattern.compile(PREFIX + "(\\d{1,18})-.*");

  private static final FileAttribute<?> OF_THIS_USER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path path;

  private RunDirectory(Path path) {
    this.path = path;
  }

  public static RunDirectory create() {
    try {
      return new RunDirectory(
          Files.createTempDirectory(PREFIX + ProcessHandle.current().pid() + "-"));
    } catch (IOException e) {
      throw new EngineException(
          "Could not create a directory for a run in " + System.getProperty("java.io.tmpdir"), e);
    }
  }

  /** Deletes the directories of processes that were killed. */
  public static void deleteOrphans() {
    try (DirectoryStream<Path> directories =
        Files.newDirectoryStream(Path.of(System.getProperty("java.io.tmpdir")), PREFIX + "*")) {
      for (Path directory : directories) {
        if (isOrphan(directory)) {
          deleteOrphan(directory);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      LOG.debug("Could not look for directories of earlier runs", e);
    }
  }

  /**
   * Deletes a directory only if it is private to this user: another user may create anything there,
   * under any name.
   */
  private static void deleteOrphan(Path directory) {
    try {
      try (OwnDirectory own = OwnDirectory.open(directory)) {
        for (Path name : own.names()) {
          own.delete(name, Writers.GONE);
        }
      }
      Files.delete(directory);
    } catch (IOException e) {
      LOG.debug("Could not delete {}; it stays", directory, e);
    }
  }

  private static boolean isOrphan(Path directory) throws IOException {
    Matcher name = NAME.matcher(directory.getFileName().toString());
    // A process of another namespace is not visible, but needs the files only for moments.
    Instant changed = Files.getLastModifiedTime(directory, LinkOption.NOFOLLOW_LINKS).toInstant();
    return name.matches()
        && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty()
        && changed.isBefore(Instant.now().minus(Duration.ofMinutes(1)));
  }

  public Path path() {
    return path;
  }

  /** Writes the file of environment variables. */
  public Path writeEnvironment(List<String> lines) {
    try {
      return Files.write(Files.createFile(environment(), OF_THIS_USER), lines, UTF_8);
    } catch (IOException e) {
      throw new EngineException("Could not write the environment of a container to " + path, e);
    }
  }

  /** Deletes that file: it may contain secrets, and is needed only to create the container. */
  public void deleteEnvironment() {
    try {
      Files.deleteIfExists(environment());
    } catch (IOException e) {
      LOG.warn("Could not delete {}, which may contain secrets; delete it", environment(), e);
    }
  }

  private Path environment() {
    return path.resolve("environment");
  }

  /** Returns whether the container's monitor reported that the memory limit was hit. */
  public boolean tellsOutOfMemory() {
    return Files.exists(path.resolve("oom"));
  }

  public void delete() {
    try {
      FileTree.delete(path, Writers.GONE);
    } catch (IOException e) {
      if (Files.exists(path)) {
        LOG.warn("Could not delete {}; a later executor of this user will retry", path, e);
      }
    }
  }
}
