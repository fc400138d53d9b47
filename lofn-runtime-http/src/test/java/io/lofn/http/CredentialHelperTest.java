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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests helpers that do not end, or leave processes behind. */
@Timeout(value = 60, unit = SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CredentialHelperTest {

  private static final String ANSWER =
      "echo '{\"ServerURL\": \"host\", \"Username\": \"me\", \"Secret\": \"s3\"}'\n";
  private static final Duration LONG = Duration.ofMinutes(10);

  @TempDir private Path directory;

  private final List<String> warnings = new ArrayList<>();

  private CredentialHelper helper(String script, Duration atMost) throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("helper"),
            "#!/bin/sh\nexport LOFN_TEST=" + directory + "\n" + script);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    return new CredentialHelper(file, atMost, warnings::add);
  }

  /** Fails if one is left on the machine, also one whose parent has ended. */
  private void assertNoSleeperIsLeft() {
    assertThat(
            ProcessHandle.allProcesses()
                .filter(process -> Processes.hasVariable(process, "LOFN_TEST=" + directory)))
        .isEmpty();
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
    CredentialHelper credentialHelper = new CredentialHelper(helper, LONG, warnings::add);
    assertThat(credentialHelper.get("host:5000")).contains(new Credentials("me", "s3", ""));
    assertThat(credentialHelper.get("other")).isEmpty();
    assertThat(warnings).isEmpty();
  }

  private void passedOver(CredentialHelper helper, String why) {
    assertThat(helper.get("host")).isEmpty();
    String program = directory + "/helper";
    assertThat(warnings)
        .containsExactly(
            "The credential helper %s gave no credentials for host: it %s. lofn goes on without it; to see what it does, run: echo host | %s get"
                .formatted(program, why, program));
  }

  @Test
  void aHelperThatIsMissingIsPassedOver() {
    assertThat(
            new CredentialHelper(Path.of("docker-credential-lofn-none"), LONG, warnings::add)
                .get("host"))
        .isEmpty();
    assertThat(warnings)
        .singleElement()
        .asString()
        .startsWith(
            "The credential helper docker-credential-lofn-none gave no credentials for host: it"
                + " cannot be started, is it in the PATH? (");
  }

  @Test
  void aHelperThatHangsIsKilledWithWhatItHasStartedAndPassedOver() throws Exception {
    passedOver(
        helper("sleep 600 & sleep 600\n", Duration.ofMillis(500)),
        "did not answer within 500 ms and was killed");
    assertNoSleeperIsLeft();
  }

  @Test
  void aHelperWhoseGrandchildrenEscapeAndHoldItsOutputIsPassedOverInTime() throws Exception {
    Path pid = directory.resolve("pid");
    long begin = System.nanoTime();
    try {
      passedOver(
          helper(
              "setsid sh -c 'sleep 600 & echo $! > %s.new && mv %s.new %s' &\nwait\nsleep 600\n"
                  .formatted(pid, pid, pid),
              Duration.ofSeconds(2)),
          "did not answer within 2 s and was killed");
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(30));
      assertThat(Thread.getAllStackTraces().keySet())
          .extracting(Thread::getName)
          .doesNotContain("lofn-credential-helper");
    } finally {
      ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
          .ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  @Test
  void aHelperThatPrintsWithoutEndIsPassedOver() throws Exception {
    passedOver(helper("exec yes\n", LONG), "wrote more than 1 MiB and was killed");
  }

  @Test
  void aHelperThatPrintsALineBeforeItsJsonIsPassedOver() throws Exception {
    passedOver(
        helper("echo Using profile default\n" + ANSWER, LONG),
        "did not write JSON, or something before it");
  }

  @Test
  void aHelperThatPrintsNoSecretIsPassedOver() throws Exception {
    passedOver(helper("echo '{\"Username\": \"me\"}'\n", LONG), "wrote no 'Secret'");
  }

  @Test
  void aHelperThatFailsIsPassedOverWithWhatItSays() throws Exception {
    passedOver(
        helper("echo token has expired; echo more; exit 4\n", LONG),
        "ended with exit code 4: token has expired");
  }

  @Test
  void aHelperThatKnowsNoCredentialsIsNoReasonToWarn() throws Exception {
    assertThat(helper("echo credentials not found in native keychain; exit 1\n", LONG).get("host"))
        .isEmpty();
    assertThat(warnings).isEmpty();
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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sleep 600 & sleep 600\n",
        "i=0; while [ $i -lt 500 ]; do i=$((i + 1)); sleep 600 & done; wait\n",
        "i=0; while [ $i -lt 500 ]; do i=$((i + 1)); (sleep 600 &) ; done; sleep 600\n",
        "setsid sleep 600 & wait\n"
      })
  void whoWaitsForAHelperCanBeInterruptedAndLeavesNoProcess(String script) throws Exception {
    Path started = directory.resolve("started");
    CredentialHelper helper = helper("touch " + started + "\n" + script, LONG);
    ExecutorService thread = Executors.newSingleThreadExecutor();
    Future<?> waiting = thread.submit(() -> helper.get("host"));

    while (!Files.exists(started)) {
      Thread.onSpinWait();
    }
    thread.shutdownNow();

    assertThatThrownBy(() -> waiting.get(30, SECONDS))
        .hasCauseInstanceOf(EngineException.class)
        .hasMessageContaining("Interrupted while asking");
    assertNoSleeperIsLeft();
  }
}
