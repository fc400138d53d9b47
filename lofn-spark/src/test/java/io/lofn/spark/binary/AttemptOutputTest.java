package io.lofn.spark.binary;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.BinaryFile;
import io.lofn.api.LofnException;
import io.lofn.core.storage.OutputStores;
import io.lofn.core.task.TaskIdentity;
import io.lofn.core.task.TaskScope;
import io.lofn.spi.OutputStore;
import io.lofn.spi.StoredPath;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.Tuple2;

/** Attempts that end well, too late, or not at all. */
class AttemptOutputTest {

  private final OutputStore store = OutputStores.discover().store(Map.of());
  private final FakeTask task = new FakeTask();
  @TempDir private Path parent;
  private Path directory;
  private Path mark;

  @BeforeEach
  void openTheDirectory() throws IOException {
    directory = Files.createDirectory(parent.resolve("out"));
    mark = Files.createFile(directory.resolve(AttemptOutput.OPEN_MARK));
  }

  @Test
  void anAttemptTellsTheNameItHasAndTheOneItWants() throws IOException {
    Tuple2<String, String> written = attempt().write(files(file("", () -> {})), "part-00003");
    task.end();

    assertThat(written).isEqualTo(new Tuple2<>("_attempt-00003-17", "part-00003.bin"));
    assertThat(directory.resolve(written._1)).hasContent("content");
  }

  @Test
  void filesWithNamesMakeADirectory() throws IOException {
    Tuple2<String, String> written =
        attempt().write(files(file("a/b", () -> {}), file("c", () -> {})), "part-00003");
    task.end();

    assertThat(written._2).isEqualTo("part-00003");
    assertThat(directory.resolve(written._1).resolve("a/b")).hasContent("content");
  }

  @Test
  void anAttemptThatEndsAfterTheJobDeletesItsOutput() {
    BinaryFile late = file("", () -> Files.delete(mark));

    assertThatThrownBy(() -> attempt().write(files(late), "part-00003"))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("is over");
    task.end();

    assertThat(parent).isEmptyDirectory();
  }

  @Test
  void anAttemptAtADirectoryThatIsGoneDoesNotBringItBack() {
    BinaryFile late =
        file(
            "a/b",
            () -> {
              Files.delete(mark);
              Files.delete(directory);
            });

    assertThatThrownBy(() -> attempt().write(files(late), "part-00003"))
        .isInstanceOf(LofnException.class);
    task.end();

    assertThat(parent).isEmptyDirectory();
  }

  @Test
  void anAttemptThatIsKilledDeletesItsOutput() {
    BinaryFile file = file("", () -> task.cancelled = true);

    assertThatThrownBy(() -> attempt().write(files(file), "part-00003"))
        .isInstanceOf(CancellationException.class);
    task.end();

    assertThat(directory.toFile().list()).containsExactly(AttemptOutput.OPEN_MARK);
  }

  @Test
  void aDiskThatFillsUpIsNamedWithWhatToDo() throws IOException {
    BinaryFile full =
        file(
            "a/b",
            () ->
                Files.createSymbolicLink(
                    Files.createDirectories(directory.resolve("_attempt-00003-17/a")).resolve("b"),
                    Path.of("/dev/full")));
    OutputStore overwriting = new OverwritingStore(store);
    AttemptOutput attempt =
        new AttemptOutput(overwriting, store.locate(directory.toString()), task);

    assertThatThrownBy(() -> attempt.write(files(full), "part-00003"))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("is full")
        .hasMessageContaining(directory.toString())
        .hasMessageContaining("spark.lofn.output.dir")
        .hasCauseInstanceOf(IOException.class);
    task.end();

    assertThat(directory.toFile().list()).containsExactly(AttemptOutput.OPEN_MARK);
  }

  /** A store whose files are opened where they are there already. */
  private record OverwritingStore(OutputStore store) implements OutputStore {

    @Override
    public OutputStream create(String location) throws IOException {
      return Files.newOutputStream(Path.of(URI.create(location)), StandardOpenOption.WRITE);
    }

    @Override
    public String locate(String path) throws IOException {
      return store.locate(path);
    }

    @Override
    public boolean exists(String location) throws IOException {
      return store.exists(location);
    }

    @Override
    public InputStream open(String location) throws IOException {
      return store.open(location);
    }

    @Override
    public List<StoredPath> list(String location) throws IOException {
      return store.list(location);
    }

    @Override
    public void rename(String from, String to) throws IOException {
      store.rename(from, to);
    }

    @Override
    public void delete(String location) throws IOException {
      store.delete(location);
    }
  }

  private AttemptOutput attempt() throws IOException {
    return new AttemptOutput(store, store.locate(directory.toString()), task);
  }

  private static Iterator<BinaryFile> files(BinaryFile... files) {
    return Stream.of(files).iterator();
  }

  /** A file during whose reading something happens. */
  private static BinaryFile file(String name, Event event) {
    BinaryFile.Source source =
        () -> {
          event.happen();
          return new ByteArrayInputStream("content".getBytes(UTF_8));
        };
    return name.isEmpty() ? BinaryFile.whole(source) : BinaryFile.of(name, source);
  }

  private interface Event {
    void happen() throws IOException;
  }

  private static final class FakeTask implements TaskScope {

    private final List<Runnable> actions = new ArrayList<>();
    private boolean cancelled;

    void end() {
      actions.forEach(Runnable::run);
    }

    @Override
    public TaskIdentity identity() {
      return new TaskIdentity("application", 1, 3, 0, 17);
    }

    @Override
    public double cpus() {
      return 1;
    }

    @Override
    public boolean isCancelled() {
      return cancelled;
    }

    @Override
    public RuntimeException cancellation() {
      return new CancellationException();
    }

    @Override
    public void onCompletion(Runnable action) {
      actions.add(action);
    }

    @Override
    public Runnable adopt(Runnable action) {
      return action;
    }
  }
}
