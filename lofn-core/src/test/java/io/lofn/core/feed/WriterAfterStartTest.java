package io.lofn.core.feed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.LofnException;
import io.lofn.api.PartitionWriter;
import io.lofn.api.RunInput;
import io.lofn.core.FakeTask;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.exchange.Exchange;
import io.lofn.core.exchange.ExchangeDirectories;
import io.lofn.core.node.NodeEnvironment;
import io.lofn.core.node.ProcessIdentity;
import io.lofn.core.task.TaskCalls;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Once the tool may run, lofn's writers write no more files that it could redirect. */
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WriterAfterStartTest {

  @TempDir Path local;

  private final FakeTask task = new FakeTask();
  private final InputLease lease = new InputLease(task);
  private Exchange exchange;
  private Path home;

  @BeforeEach
  void start() throws IOException {
    home = Files.createDirectory(local.resolve("home"));
    exchange =
        new ExchangeDirectories(
                new NodeEnvironment(List.of(local)),
                ProcessIdentity.current(),
                new LofnConfig(Map.of()))
            .create(task.identity(), false);
  }

  /** Where the writer asks for a name whose directory the tool has made a link of. */
  @ParameterizedTest
  @ValueSource(strings = {"a/authorized_keys", "a/new/authorized_keys", "plain"})
  void aWriterThatFeedsTheToolGetsNoFileAfterIt(String name) throws Exception {
    CompletableFuture<Throwable> failed = new CompletableFuture<>();
    PartitionWriter<String> writer =
        new Both(
            (records, run) -> {
              Files.writeString(run.file("before"), "x");
              try (OutputStream stdin = run.stdin()) {
                stdin.write(1);
              }
              Files.writeString(run.file(name), records.next());
            });
    RunFiles files = new RunFiles(exchange, "map");
    StdinWriter<String> stdinWriter =
        new StdinWriter<>(writer, List.of("key").iterator(), files, task, lease, failed::complete);
    stdinWriter.start();
    lease.lendWhile(() -> TaskCalls.await(task, stdinWriter.wanted()));
    Files.createSymbolicLink(exchange.directory().resolve("a"), home); // as the tool would
    stdinWriter.begin(OutputStream.nullOutputStream());

    Throwable failure = lease.lendWhile(() -> TaskCalls.await(task, failed));

    assertThat(failure)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("file(\"" + name + "\") was called after stdin()");
    assertThat(exchange.directory().resolve("before")).exists();
    assertThat(home).isEmptyDirectory();
    assertThat(exchange.directory().resolve("plain")).doesNotExist();
  }

  @Test
  void aWriterOfFilesThatKeepsWhereItWritesGetsNoneAfterItHasReturned() throws Exception {
    CompletableFuture<RunInput> kept = new CompletableFuture<>();
    PartitionWriter<String> writer = (records, run) -> kept.complete(run);
    new RunInputWriter<>(writer, exchange, task, lease, "the run").write(List.of("a").iterator());
    Files.createSymbolicLink(exchange.directory().resolve("a"), home);

    assertThatThrownBy(() -> kept.join().file("a/authorized_keys"))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> kept.join().directory()).isInstanceOf(IllegalStateException.class);
    assertThat(home).isEmptyDirectory();
  }

  @Test
  void beforeTheStartFilesAreMadeAsEver() throws Exception {
    RunFiles files = new RunFiles(exchange, "map");

    Files.write(files.file("a/b"), "x".getBytes(UTF_8));

    assertThat(files.directory().resolve("a/b")).hasContent("x");
    assertThatThrownBy(() -> files.file("a/b")).isInstanceOf(LofnException.class);
  }

  /** A writer of both. */
  private record Both(PartitionWriter<String> writer) implements PartitionWriter<String> {

    @Override
    public void write(Iterator<String> records, RunInput run) throws IOException {
      writer.write(records, run);
    }

    @Override
    public boolean usesStdin() {
      return true;
    }
  }
}
