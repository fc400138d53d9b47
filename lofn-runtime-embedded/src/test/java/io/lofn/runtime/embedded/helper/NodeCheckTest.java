package io.lofn.runtime.embedded.helper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NodeCheckTest {

  private static final String PROGRAM = "/d/bin/lofn-run-0123456789abcdef";

  private static NodeCheck of(String reason) {
    return NodeCheck.parse(
        "{\"version\":1,\"kernel\":\"6.1.0-9\",\"overlay\":true,\"reason\":\"" + reason + "\"}");
  }

  @Test
  void findsNoObstacleWhereThereIsNone() {
    assertThat(of("").obstacle(PROGRAM)).isEmpty();
    assertThat(of("").kernel()).isEqualTo("6.1.0-9");
  }

  @Test
  void takesAMissingOverlayForALackNotForAnObstacle() {
    NodeCheck check =
        NodeCheck.parse(
            "{\"version\":1,\"kernel\":\"5.4.0\",\"overlay\":false,\"reason\":\"no-overlay\"}");
    assertThat(check.obstacle(PROGRAM)).isEmpty();
    assertThat(check.overlay()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "userns-disabled-sysctl:kernel.unprivileged_userns_clone, kernel.unprivileged_userns_clone to 1",
    "userns-disabled-sysctl:user.max_user_namespaces, user.max_user_namespaces to 15000",
    "userns-disabled-sysctl:some.other, some.other to a value",
    "userns-seccomp-or-lsm, seccomp=unconfined",
    "userns-root-without-setfcap, run the executor as an ordinary user",
    "proc-masked, procMount: Unmasked",
    "no-memfd-exec, vm.memfd_noexec",
    "kernel-too-old, Linux 5.6",
    "something-new, --check reports 'something-new'",
  })
  void saysOfEveryObstacleWhatToDo(String reason, String words) {
    assertThat(of(reason).obstacle(PROGRAM))
        .hasValueSatisfying(text -> assertThat(text).contains(words));
  }

  @Test
  void writesTheProfileOfAppArmorThatIsToBeLoaded() {
    assertThat(of("userns-apparmor").obstacle(PROGRAM))
        .hasValueSatisfying(
            text ->
                assertThat(text)
                    .contains(
                        "profile lofn-run /d/bin/lofn-run-* flags=(unconfined) {\n  userns,\n}")
                    .contains("apparmor_parser -r"));
  }

  @ParameterizedTest
  @CsvSource({
    "5.13.0, false",
    "5.14.0-70.el9, true",
    "5.9, false",
    "6.1.0, true",
    "4.18.0, false",
    "'', false",
    "next, false"
  })
  void knowsWhichKernelsCountProcessesOfANamespace(String kernel, boolean counts) {
    assertThat(new NodeCheck(kernel, true, "").countsProcessesOfNamespace()).isEqualTo(counts);
  }

  @ParameterizedTest
  @CsvSource({"5.11.9, false", "5.12.0, true", "4.18.0, false", "6.1.0, true", "'', false"})
  void knowsWhichKernelsMountBelowVolumes(String kernel, boolean mounts) {
    assertThat(new NodeCheck(kernel, true, "").mountsBelowVolumes()).isEqualTo(mounts);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "lofn-run: cannot", "{}", "{\"version\":\"x\"}", "[1]", "{\"version\""})
  void refusesWhatIsNoAnswer(String line) {
    assertThatThrownBy(() -> NodeCheck.parse(line))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("--check wrote no answer");
  }
}
