package io.lofn.spark;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The ends of named pipes that lead to the streams of a command. While both ends of each are held
 * here, too, neither side waits for the other to open it, and nobody finds an end of the stream.
 */
final class NamedPipes implements AutoCloseable {

  /** Where a container finds the directory of its pipes; it cannot write there. */
  static final String CONTROL = "/lofn";

  private static final List<String> NAMES = List.of("in", "out", "err");

  private final List<FileChannel> held = new ArrayList<>();
  private final List<FileChannel> ends = new ArrayList<>();
  private final FileChannel stdin;
  private final FileChannel stdout;
  private final FileChannel stderr;

  /** Opens the pipes of a directory. */
  NamedPipes(Path directory) throws IOException {
    try {
      for (String name : NAMES) {
        held.add(
            FileChannel.open(
                directory.resolve(name), StandardOpenOption.READ, StandardOpenOption.WRITE));
      }
      stdin = end(directory.resolve("in"), StandardOpenOption.WRITE);
      stdout = end(directory.resolve("out"), StandardOpenOption.READ);
      stderr = end(directory.resolve("err"), StandardOpenOption.READ);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private FileChannel end(Path pipe, StandardOpenOption way) throws IOException {
    FileChannel channel = FileChannel.open(pipe, way);
    ends.add(channel);
    return channel;
  }

  /** Makes a directory and its pipes, unless they are there; Java itself cannot. */
  static void make(Path directory, boolean anyUser) throws IOException {
    if (Files.exists(directory)) {
      return;
    }
    Files.createDirectory(directory);
    List<String> command = new ArrayList<>(List.of("mkfifo", "-m", anyUser ? "666" : "600", "--"));
    NAMES.forEach(name -> command.add(directory.resolve(name).toString()));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      process.getOutputStream().close();
      if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IOException("mkfifo makes no named pipes in " + directory);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while named pipes were made in " + directory, e);
    }
  }

  /** Says that the command has its ends: what it closes is closed from now on. */
  void letGo() {
    close(held);
  }

  OutputStream stdin() {
    return Channels.newOutputStream(stdin);
  }

  InputStream stdout() {
    return Channels.newInputStream(stdout);
  }

  InputStream stderr() {
    return Channels.newInputStream(stderr);
  }

  /** Frees threads that are blocked in one of them. Idempotent. */
  @Override
  public void close() {
    letGo();
    close(ends);
  }

  private static void close(List<FileChannel> channels) {
    for (FileChannel each : channels) {
      try {
        each.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
