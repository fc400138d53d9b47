package io.lofn.runtime.embedded.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupTrialTest {

  @TempDir private Path top;

  private final AtomicInteger trials = new AtomicInteger();

  @BeforeEach
  void makeGroup() throws Exception {
    Files.writeString(
        Files.createDirectories(top.resolve("memory/yarn/c1")).resolve("cgroup.procs"), "");
  }

  private Cgroups found(Optional<String> parent) {
    return Cgroups.find(
        List.of("4:memory:/yarn/c1"),
        List.of("35 31 0:32 / %s/memory rw,relatime - cgroup cgroup rw,memory".formatted(top)),
        parent);
  }

  /** Fails so many times. */
  private void fail(int times, EngineException failure) {
    if (trials.incrementAndGet() <= times) {
      throw failure;
    }
  }

  private static EngineException passing() {
    return EngineException.transientFailure("EAGAIN try again", new IOException());
  }

  private List<Path> groups() throws IOException {
    try (var files = Files.list(top.resolve("memory/yarn/c1"))) {
      return files.filter(Files::isDirectory).toList();
    }
  }

  @Test
  void repeatsATrialThatFailedForAMoment() throws Exception {
    Cgroups cgroups = found(Optional.empty());
    assertThat(cgroups.tried(each -> fail(2, passing()))).isSameAs(cgroups);
    assertThat(trials).hasValue(3);
    assertThat(groups()).isEmpty();
  }

  @Test
  void hasNoGroupsWhereNoProcessCanJoinThem() throws Exception {
    Cgroups cgroups = found(Optional.empty());
    assertThat(cgroups.tried(each -> fail(9, new EngineException("EPERM"))))
        .hasToString("no control groups");
    assertThat(trials).hasValue(1);
    assertThat(groups()).isEmpty();
  }

  @Test
  void endsTheTrialsAtSomeTime() throws Exception {
    assertThat(found(Optional.empty()).tried(each -> fail(Integer.MAX_VALUE, passing())))
        .hasToString("no control groups");
  }

  @Test
  void saysThatTheParentThatWasNamedCannotBeUsed() throws Exception {
    Cgroups cgroups = found(Optional.of("/yarn/c1"));
    assertThatThrownBy(() -> cgroups.tried(each -> fail(9, new EngineException("EPERM"))))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("spark.lofn.embedded.cgroup.parent is /yarn/c1")
        .hasMessageContaining("EPERM");
  }

  @Test
  void concludesNothingFromATrialThatWasInterrupted() throws Exception {
    Cgroups cgroups = found(Optional.empty());
    try {
      assertThatThrownBy(
              () ->
                  cgroups.tried(
                      each -> {
                        Thread.currentThread().interrupt();
                        fail(9, new EngineException("Interrupted"));
                      }))
          .hasMessage("Interrupted");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }
}
