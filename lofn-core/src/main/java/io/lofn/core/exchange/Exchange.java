package io.lofn.core.exchange;

import io.lofn.api.FileNames;
import io.lofn.api.LofnException;
import io.lofn.api.Printable;
import io.lofn.core.node.PrivateDirectory;
import io.lofn.files.FileTree;
import io.lofn.files.Writers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory of one run. The mounted directory lies inside one that only the executor's user may
 * enter, so that it can be opened to the tool's user without being open to others of the node.
 */
public final class Exchange implements AutoCloseable {

  /** What made an exchange, and deletes it. */
  interface Home {

    /** Which containers mount what. */
    ContainerLedger ledger();

    /** From now on an exchange is none of its own. */
    void forget(Path root);

    /** Deletes an exchange of its own. */
    void delete(Path root) throws IOException;
  }

  /** Where a tool has the temporary directory of its exchange, if it has it. */
  public static final String TMP = "/tmp";

  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

  private static final int MODE_BITS = 07777;
  private static final String HOSTS =
      "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n";

  private final Path root;
  private final Path directory;
  private final Path keptHome;
  private final Home home;

  /**
   * @param keptHome where it goes if it is kept
   * @param home what made it
   */
  Exchange(Path root, Path directory, Path keptHome, Home home) {
    this.root = root;
    this.directory = directory;
    this.keptHome = keptHome;
    this.home = home;
  }

  /** What the tool sees. */
  public Path directory() {
    return directory;
  }

  /** What the tool may have for its {@code /tmp}: on the same disk, and deleted with the rest. */
  public Path temporary() {
    return directory.resolveSibling("tmp");
  }

  /** Where lofn may have files for its own use, which are deleted with the rest. */
  public Path beside(String name) {
    return directory.resolveSibling(name);
  }

  /** A name for a new file, with the directories above it made. */
  public Path newFile(String name) throws IOException {
    Path file = FileNames.resolve(directory, name);
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new LofnException("Two inputs of one run have the name '" + Printable.line(name) + "'");
    }
    Files.createDirectories(file.getParent());
    return file;
  }

  /** A regular file that is there without a symbolic link on the way to it. */
  public Optional<Path> regularFile(String name) {
    Path file = FileNames.resolve(directory, name);
    for (Path path = file; !path.equals(directory); path = path.getParent()) {
      if (Files.isSymbolicLink(path)) {
        return Optional.empty();
      }
    }
    return Optional.of(file).filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS));
  }

  /**
   * Makes a directory in what the tool sees, with those above it, unless they are there: open to
   * whom the exchange, or its {@code /tmp}, is open.
   *
   * @param path a path in one of them
   * @throws LofnException if it cannot be made, or there is a link on the way
   */
  public void makeDirectory(Path path) {
    Path base = path.startsWith(temporary()) ? temporary() : directory;
    try {
      Object mode = Files.getAttribute(base, "unix:mode");
      Path made = base;
      for (Path name : base.relativize(path)) {
        made = made.resolve(name);
        if (Files.isSymbolicLink(made)) {
          throw new LofnException(
              "A directory is wanted at %s, where a symbolic link is".formatted(made));
        }
        if (!made.equals(base) && !Files.exists(made, LinkOption.NOFOLLOW_LINKS)) {
          Files.createDirectory(made, PrivateDirectory.PRIVATE);
          Files.setAttribute(made, "unix:mode", (Integer) mode & MODE_BITS);
        }
      }
    } catch (IOException e) {
      throw new LofnException("The directory %s cannot be made: %s".formatted(path, e), e);
    }
  }

  /** A file by which the name {@code localhost} is known without a network. */
  public Path hosts() {
    Path file = beside("hosts");
    try {
      if (!Files.exists(file)) {
        Files.writeString(file, HOSTS);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
      }
      return file;
    } catch (IOException e) {
      throw new LofnException("The file %s cannot be written: %s".formatted(file, e), e);
    }
  }

  /** Makes it as it was when it was new. */
  public void empty() throws IOException {
    FileTree.empty(directory, Writers.LIVING);
    FileTree.empty(temporary(), Writers.LIVING);
  }

  /**
   * Takes it away from this process, and so from every clean-up. Afterwards it is of no use here.
   *
   * @return where it is now, with what lies beside the mounted directory
   */
  public Path keep() throws IOException {
    Files.createDirectories(keptHome, PrivateDirectory.PRIVATE);
    Path kept = Files.move(root, keptHome.resolve(root.getFileName()));
    home.forget(root);
    return kept;
  }

  /** Does something when no container mounts it: at once, unless one is not known to be gone. */
  public void whenUnmounted(Runnable action) {
    home.ledger().whenUnmounted(root, action);
  }

  /** Deletes it when no container mounts it. Idempotent. */
  @Override
  public void close() {
    if (!home.ledger().whenUnmounted(root, this::delete)) {
      LOG.warn(
          "The exchange {} stays until these containers are known to be gone: {}",
          root,
          home.ledger().namesIn(root));
    }
  }

  private void delete() {
    try {
      home.delete(root);
    } catch (IOException e) {
      LOG.warn("Cannot delete the exchange {}", root, e);
    }
  }
}
