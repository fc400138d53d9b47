package io.lofn.http;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests helpers that do not end, or leave processes behind. */
@Timeout(value = 60, unit = SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CredentialHelperTest {

  private static final String ANSWER =
      "echo '{\"ServerURL\": \"host\", \"Username\": \"me\", \"Secret\": \"s3\"}'\n";
  private static final Duration LONG = Duration.ofMinutes(10);

  @TempDir private Path directory;

  private CredentialHelper helper(String script, Duration atMost) throws IOException {
    Path file = Files.writeString(directory.resolve("helper"), "#!/bin/sh\n" + script);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    return new CredentialHelper(file, atMost);
  }

  private static void assertNoSleeperIsLeft() {
    assertThat(ProcessHandle.current().descendants())
        .noneMatch(process -> process.info().command().orElse("").endsWith("sleep"));
  }

  @Test
  void asksTheHelperOfTheRegistry() throws Exception {
    Path helper = directory.resolve("helper");
    Files.writeString(
        helper,
        """
        #!/bin/sh
        read registry
        [ "$1" = get ] && [ "$registry" = host:5000 ] || exit 1
        echo '{"ServerURL": "host:5000", "Username": "me", "Secret": "s3"}'
        """);
    Files.setPosixFilePermissions(helper, PosixFilePermissions.fromString("rwx------"));
    CredentialHelper credentialHelper = new CredentialHelper(helper);
    assertThat(credentialHelper.get("host:5000")).contains(new Credentials("me", "s3", ""));
    assertThat(credentialHelper.get("other")).isEmpty();
  }

  @Test
  void aHelperThatHangsIsKilledWithWhatItHasStarted() throws Exception {
    CredentialHelper helper = helper("sleep 600 & sleep 600\n", Duration.ofMillis(500));

    assertThatThrownBy(() -> helper.get("host"))
        .isInstanceOfSatisfying(EngineException.class, e -> assertThat(e.isTransient()).isTrue())
        .hasMessageContaining(directory + "/helper did not tell the credentials for host");
    assertNoSleeperIsLeft();
  }

  @Test
  void aHelperThatStartedSomethingWhichLivesOnHasAnsweredNevertheless() throws Exception {
    Path pid = directory.resolve("pid");
    CredentialHelper helper = helper("sleep 600 & echo $! > " + pid + "\n" + ANSWER, LONG);
    try {
      assertThat(helper.get("host")).isPresent();
    } finally {
      ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
          .ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  @Test
  void aHelperThatDoesNotReadItsQuestionHasAnsweredNevertheless() throws Exception {
    assertThat(helper("exec 0<&-\n" + ANSWER, LONG).get("host")).isPresent();
  }

  @Test
  void whoWaitsForAHelperCanBeInterrupted() throws Exception {
    CredentialHelper helper = helper("sleep 600 & sleep 600\n", LONG);
    ExecutorService thread = Executors.newSingleThreadExecutor();
    Future<?> waiting = thread.submit(() -> helper.get("host"));

    thread.shutdownNow();

    assertThatThrownBy(() -> waiting.get(30, SECONDS))
        .hasCauseInstanceOf(EngineException.class)
        .hasMessageContaining("Interrupted while asking");
    assertNoSleeperIsLeft();
  }
}
