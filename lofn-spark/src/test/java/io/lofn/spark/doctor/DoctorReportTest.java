package io.lofn.spark.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.core.check.CheckResult;
import io.lofn.core.check.NodeCheck;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DoctorReportTest {

  private static final List<CheckResult> WELL =
      List.of(
          CheckResult.good("user", "hadoop (990:990)"),
          CheckResult.good("runtime", "docker, Docker 25"));

  private static final List<CheckResult> ILL =
      List.of(
          CheckResult.good("user", "yarn (991:991)"),
          CheckResult.bad("runtime", "No runtime:\n  docker: denied", "Join the group."));

  @Test
  void oneLineForEachNode() {
    DoctorReport report = new DoctorReport(new TreeMap<>(Map.of("b", WELL, "a", WELL)), 2);

    assertThat(report.isGood()).isTrue();
    assertThat(report)
        .hasToString(
            """
            node  user              runtime
            a     hadoop (990:990)  docker, Docker 25
            b     hadoop (990:990)  docker, Docker 25

            2 of 2 nodes passed
            """);
  }

  @Test
  void whatToDoFollowsTheTable() {
    DoctorReport report =
        new DoctorReport(new TreeMap<>(Map.of("a", WELL, "b", ILL, "c", List.of())), 4);

    assertThat(report.isGood()).isFalse();
    assertThat(report)
        .hasToString(
            """
            node  user              runtime
            a     hadoop (990:990)  docker, Docker 25
            b     yarn (991:991)    FAILED
            c     -                 -

            What to do:
            b, runtime:
              No runtime:
                docker: denied
              -> Join the group.
            c: it has executors, but none of them took a task; is another job running?
            4 nodes were wanted, but no executor came up on more than 3: look at the cluster manager, at --num-executors and the like.

            1 of 4 nodes passed
            """);
  }

  @Test
  void theReasonWhyARuntimeWasPassedOverIsToldAndNoFailure() {
    Map<String, String> reasons = new TreeMap<>();
    reasons.put("docker", "no socket at /run/docker.sock");
    reasons.put("podman", "podman system service does not answer");
    List<CheckResult> findings =
        List.of(CheckResult.good("runtime", "cli, apptainer"), NodeCheck.passedOver(reasons));

    DoctorReport report = new DoctorReport(new TreeMap<>(Map.of("a", findings)), 1);

    assertThat(report.isGood()).isTrue();
    assertThat(report)
        .hasToString(
            """
            node  runtime         passed over
            a     cli, apptainer  docker, podman

            a, passed over:
              docker: no socket at /run/docker.sock
              podman: podman system service does not answer

            1 of 1 nodes passed
            """);
  }

  @Test
  void aWarningIsToldAndNoFailure() {
    List<CheckResult> posix =
        List.of(CheckResult.good("user", "yarn (991:991)"), NodeCheck.encoding("ANSI_X3.4-1968"));

    DoctorReport report = new DoctorReport(new TreeMap<>(Map.of("a", posix)), 1);

    assertThat(report.isGood()).isTrue();
    assertThat(report.toString())
        .startsWith(
            """
            node  user            encoding
            a     yarn (991:991)  ANSI_X3.4-1968

            What to do:
            a, encoding:
              the locale of the executor's JVM is not UTF-8 (sun.jnu.encoding=ANSI_X3.4-1968)\
            """)
        .contains("-> Set spark.executorEnv.LC_ALL=C.UTF-8")
        .endsWith("\n1 of 1 nodes passed\n");
    assertThat(NodeCheck.encoding("UTF-8").advises()).isFalse();
  }
}
