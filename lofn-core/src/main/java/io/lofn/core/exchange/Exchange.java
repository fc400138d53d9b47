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
 * The exchange directory of one run. The mounted directory lies inside a directory that only the
 * executor's user may enter, so that it can be opened to the tool's user without being open to
 * other users of the node.
 */
public final class Exchange implements AutoCloseable {

  /** What made an exchange, and deletes it. */
  interface Home {

    /** Returns the record of which containers mount which exchanges. */
    ContainerLedger ledger();

    /** Gives up an exchange, which it neither deletes nor cleans up from now on. */
    void forget(Path root);

    /** Deletes an exchange that it made. */
    void delete(Path root) throws IOException;
  }

  /** The path of the exchange's temporary directory in the container, if the tool has it. */
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
   * @param keptHome the directory to which it moves if it is kept
   * @param home what made it
   */
  Exchange(Path root, Path directory, Path keptHome, Home home) {
    this.root = root;
    this.directory = directory;
    this.keptHome = keptHome;
    this.home = home;
  }

  /** Returns the directory that the tool sees. */
  public Path directory() {
    return directory;
  }

  /**
   * Returns the directory that the tool may have as {@code /tmp}: on the same disk, and deleted
   * with the exchange.
   */
  public Path temporary() {
    return directory.resolveSibling("tmp");
  }

  /** Returns a path for files of lofn's own, which are deleted with the exchange. */
  public Path beside(String name) {
    return directory.resolveSibling(name);
  }

  /** Returns the path of a new file, and makes the directories above it. */
  public Path newFile(String name) throws IOException {
    Path file = FileNames.resolve(directory, name);
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new LofnException("Two inputs of one run have the name '" + Printable.line(name) + "'");
    }
    Files.createDirectories(file.getParent());
    return file;
  }

  /** Returns the path of a regular file, if it exists and no symbolic link is on the way to it. */
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
   * Makes a directory in the exchange or in its {@code /tmp}, with the directories above it, unless
   * they exist. They are open to the same users as the exchange.
   *
   * @param path a path in one of the two
   * @throws LofnException if it cannot be made, or a symbolic link is on the way to it
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
              "Cannot make the directory %s: a symbolic link is at that path".formatted(made));
        }
        if (!made.equals(base) && !Files.exists(made, LinkOption.NOFOLLOW_LINKS)) {
          Files.createDirectory(made, PrivateDirectory.PRIVATE);
          Files.setAttribute(made, "unix:mode", (Integer) mode & MODE_BITS);
        }
      }
    } catch (IOException e) {
      throw new LofnException("Cannot make the directory %s: %s".formatted(path, e), e);
    }
  }

  /** Returns a hosts file that resolves the name {@code localhost} without a network. */
  public Path hosts() {
    Path file = beside("hosts");
    try {
      if (!Files.exists(file)) {
        Files.writeString(file, HOSTS);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
      }
      return file;
    } catch (IOException e) {
      throw new LofnException("Cannot write the file %s: %s".formatted(file, e), e);
    }
  }

  /** Restores the state of a new exchange. */
  public void empty() throws IOException {
    FileTree.empty(directory, Writers.LIVING);
    FileTree.empty(temporary(), Writers.LIVING);
  }

  /**
   * Takes it away from this process, and so from every clean-up. Do not use this object afterwards.
   *
   * @return its new path, with the files beside the mounted directory
   */
  public Path keep() throws IOException {
    Files.createDirectories(keptHome, PrivateDirectory.PRIVATE);
    Path kept = Files.move(root, keptHome.resolve(root.getFileName()));
    home.forget(root);
    return kept;
  }

  /**
   * Runs an action when no container mounts the exchange: at once, unless a container may still do
   * so.
   */
  public void whenUnmounted(Runnable action) {
    home.ledger().whenUnmounted(root, action);
  }

  /** Deletes the exchange when no container mounts it. Idempotent. */
  @Override
  public void close() {
    if (!home.ledger().whenUnmounted(root, this::delete)) {
      LOG.warn(
          "Keeping the exchange {} until these containers are known to be gone: {}",
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
