package io.lofn.core.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lofn.api.FileNames;
import io.lofn.api.LofnException;
import io.lofn.core.exchange.Exchange;
import io.lofn.core.runtime.SelectedRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ReplayDocuments;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the exchange of one run for the case that it fails: notes what went in, and puts a script
 * beside it that runs the tool again. That nothing can be kept is no failure of the run.
 */
public final class FailedRunArchive {

  private static final Logger LOG = LoggerFactory.getLogger(FailedRunArchive.class);
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> PROGRAM =
      PosixFilePermissions.fromString("rwx------");

  private static final String SCRIPT = "replay.sh";

  private final String title;
  private final Exchange exchange;

  /**
   * @param title what is run, for people
   * @param exchange the run's
   */
  public FailedRunArchive(String title, Exchange exchange) {
    this.title = title;
    this.exchange = exchange;
  }

  /** Notes the names of what the exchange holds now: the tool's own files are no input. */
  public void noteInputs() {
    Path directory = exchange.directory();
    try (Stream<Path> files = Files.walk(directory);
        OutputStream names = newFile(ReplayScript.INPUTS, PRIVATE)) {
      for (Path file : (Iterable<Path>) files.skip(1)::iterator) {
        names.write(("./" + FileNames.of(directory, file) + "\0").getBytes(UTF_8));
      }
    } catch (IOException | LofnException e) {
      LOG.warn("The input of {} could not be listed and cannot be replayed", title, e);
    }
  }

  /** Standard input of the tool, of which a copy is written beside the exchange. */
  public OutputStream copied(OutputStream stdin) {
    try {
      return new CopiedStream(stdin, newFile(ReplayScript.STDIN, PRIVATE));
    } catch (IOException e) {
      LOG.warn("The standard input of {} cannot be kept and not be replayed", title, e);
      return stdin;
    }
  }

  /**
   * Takes the exchange out of the reach of clean-up.
   *
   * @param runtime what the tool was run by
   * @param spec how it was run
   * @return what a person looks at first: the script, or the directory if there can be none; empty
   *     if nothing is kept
   */
  public Optional<Path> keep(SelectedRuntime runtime, ContainerSpec spec) {
    try {
      List<String> engine = runtime.runtime().commandLine();
      if (!engine.isEmpty()) {
        ReplayEnvironment environment = ReplayEnvironment.of(spec.settings().environment());
        write(ReplayScript.ENVIRONMENT, PRIVATE, lines(environment.file()));
        write(ReplayScript.EXPORTS, PRIVATE, lines(environment.exports()));
        write(SCRIPT, PROGRAM, ReplayScript.text(title, engine, spec, environment));
      }
      Path kept = exchange.keep();
      if (engine.isEmpty() && runtime.runtime() instanceof ReplayDocuments documents) {
        writeDocument(kept, documents, spec);
      }
      Path script = kept.resolve(SCRIPT);
      return Optional.of(Files.exists(script) ? script : kept);
    } catch (IOException e) {
      LOG.warn("The exchange of {} cannot be kept", title, e);
      return Optional.empty();
    }
  }

  /** Its mounts are named by where they are from now on. */
  private void writeDocument(Path kept, ReplayDocuments documents, ContainerSpec spec) {
    Path file = kept.resolve(ReplayScript.DOCUMENT);
    Path script = kept.resolve(SCRIPT);
    try {
      byte[] document = documents.replayDocument(ReplayScript.moved(spec, kept));
      try (OutputStream out = newFile(file, PRIVATE)) {
        out.write(document);
      }
      try (OutputStream out = newFile(script, PROGRAM)) {
        out.write(ReplayScript.ofDocument(title, documents.replayCommand(), spec).getBytes(UTF_8));
      }
    } catch (IOException | LofnException e) {
      LOG.warn("The run of {} is kept without a script that repeats it", title, e);
      for (Path half : List.of(file, script)) {
        try {
          Files.deleteIfExists(half);
        } catch (IOException another) {
          LOG.warn("Could not delete {}", half, another);
        }
      }
    }
  }

  private static String lines(List<String> lines) {
    return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
  }

  private void write(String name, Set<PosixFilePermission> mode, String text) throws IOException {
    try (OutputStream file = newFile(name, mode)) {
      file.write(text.getBytes(UTF_8));
    }
  }

  private OutputStream newFile(String name, Set<PosixFilePermission> mode) throws IOException {
    return newFile(exchange.directory().resolveSibling(name), mode);
  }

  private static OutputStream newFile(Path file, Set<PosixFilePermission> mode) throws IOException {
    Files.deleteIfExists(file); // of an earlier run in a warm container's exchange
    Files.createFile(file, PosixFilePermissions.asFileAttribute(mode));
    return Files.newOutputStream(file, StandardOpenOption.WRITE);
  }

  /** Writes to both; the copy is given up when it fails. */
  private static final class CopiedStream extends OutputStream {

    private final OutputStream stdin;
    private final OutputStream copy;
    private boolean copies = true;

    CopiedStream(OutputStream stdin, OutputStream copy) {
      this.stdin = stdin;
      this.copy = copy;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    /** The copy first, since the tool may end with these bytes. */
    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (copies) {
        try {
          copy.write(bytes, offset, length);
        } catch (IOException e) {
          copies = false;
          LOG.warn("The copy of a standard input broke off; its replay will have less", e);
        }
      }
      stdin.write(bytes, offset, length);
    }

    @Override
    public void flush() throws IOException {
      stdin.flush();
    }

    @Override
    public void close() throws IOException {
      try (stdin) {
        copy.close();
      }
    }
  }
}
