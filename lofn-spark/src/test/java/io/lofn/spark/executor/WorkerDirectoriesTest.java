package io.lofn.spark.executor;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.core.config.LofnConfig;
import io.lofn.core.exchange.ExchangeDirectories;
import io.lofn.core.node.NodeEnvironment;
import io.lofn.core.node.PrivateDirectory;
import io.lofn.core.node.ProcessIdentity;
import io.lofn.core.node.ProcessUser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerDirectoriesTest {

  /** No process has it: the kernel gives numbers below 2^22. */
  private static final String GONE = "99999999";

  private final ProcessIdentity me = ProcessIdentity.current();

  @TempDir Path root;

  @Test
  void aSweepDeletesExchangesThatDeadExecutorsOfOtherWorkersLeft() throws Exception {
    String home = ProcessUser.current().own("lofn");
    Path left = make(root.resolve("spark-2/executor-2").resolve(home));
    Path dead = make(left.resolve(me.directoryName().replaceFirst("^\\d+-", GONE + "-")));
    Path alive = make(left.resolve(me.directoryName()));
    Path local = Files.createDirectories(root.resolve("spark-1/executor-1"));

    try (ExchangeDirectories exchanges =
        new ExchangeDirectories(
            new NodeEnvironment(List.of(local), new WorkerDirectories()),
            me,
            new LofnConfig(Map.of()))) {
      exchanges.reap(Map.of("engine", Set.of()));
    }

    assertThat(dead).doesNotExist();
    assertThat(alive).exists();
  }

  private static Path make(Path directory) throws Exception {
    return Files.createDirectories(directory, PrivateDirectory.PRIVATE);
  }
}
