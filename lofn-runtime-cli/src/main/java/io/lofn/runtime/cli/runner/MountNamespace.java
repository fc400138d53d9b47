package io.lofn.runtime.cli.runner;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The mount namespace of a container. It is held open: the kernel gives the number of a namespace
 * that has ended to the next one, which may be of any process of the node. Thread-safe.
 */
final class MountNamespace implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(MountNamespace.class);

  private final String number;
  private final FileChannel pin;

  private MountNamespace(String number, FileChannel pin) {
    this.number = number;
    this.pin = pin;
  }

  /**
   * Opens the mount namespace of a process.
   *
   * @return empty if the process has ended, belongs to another user, changes its namespace just
   *     now, or is in that of this process
   */
  static Optional<MountNamespace> open(ProcessId process) {
    Path file = file(process.pid());
    Optional<String> number = number(process.pid());
    if (number.isEmpty() || number.equals(number(ProcessHandle.current().pid()))) {
      return Optional.empty();
    }
    try {
      FileChannel pin = FileChannel.open(file);
      if (process.isKnownToLive() && number.equals(number(process.pid()))) {
        return Optional.of(new MountNamespace(number.get(), pin));
      }
      pin.close();
      return Optional.empty();
    } catch (IOException e) {
      LOG.debug("Could not open {}", file, e);
      return Optional.empty();
    }
  }

  private static Path file(long pid) {
    return Path.of("/proc", Long.toString(pid), "ns", "mnt");
  }

  private static Optional<String> number(long pid) {
    try {
      return Optional.of(Files.readSymbolicLink(file(pid)).toString());
    } catch (IOException e) {
      return Optional.empty(); // The process has ended, or belongs to another user.
    }
  }

  /** Returns whether a process is in this namespace. */
  boolean contains(long pid) {
    return number(pid).filter(number::equals).isPresent();
  }

  @Override
  public void close() {
    try {
      pin.close();
    } catch (IOException e) {
      LOG.warn("Could not close the mount namespace {}", number, e);
    }
  }
}
