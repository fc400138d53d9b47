package io.lofn.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.RunningContainer;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Engines whose init program is not on the node, in their own words. */
class MissingInitTest {

  private static final String DOCKER =
      "Docker at x could not start container n: status 500: exec: \"docker-init\": executable file"
          + " not found in $PATH";

  private final List<ContainerSpec> started = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private final MissingInit init = new MissingInit("docker 20.10", warnings::add);

  private static ContainerSpec spec() {
    return ContainerSpec.builder("name", "image").command(List.of("true")).build();
  }

  private RunningContainer start(ContainerSpec spec, String failure, boolean onlyWithInit) {
    started.add(spec);
    if (spec.init() || !onlyWithInit) {
      throw new EngineException(failure);
    }
    return new FailedCommand(
        "id", false, new ContainerExit(0, false), InputStream.nullInputStream());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        DOCKER,
        "Podman at x could not create container n: container-init binary not found on the host:"
            + " stat /usr/libexec/podman/catatonit: no such file or directory",
        "docker start: Error response from daemon: exec: \"docker-init\": executable file not found"
            + " in $PATH",
        "error mounting \"/usr/bin/docker-init\" to rootfs at \"/sbin/docker-init\": no such file"
            + " or directory",
        "nerdctl create: exec: \"tini\": executable file not found in $PATH"
      })
  void runsWithoutInitAfterOneWarning(String failure) {
    for (int i = 0; i < 3; i++) {
      assertThat(init.start(spec(), spec -> start(spec, failure, true)).id()).isEqualTo("id");
    }

    assertThat(started.stream().map(ContainerSpec::init))
        .as("it is tried once")
        .containsExactly(true, false, false, false);
    assertThat(warnings)
        .singleElement()
        .asString()
        .startsWith("docker 20.10 has no init program, so containers run without one")
        .contains("Install docker-init (tini) or catatonit on this node")
        .endsWith("The engine says: " + failure);
  }

  @Test
  void aFailureThatInitIsNoReasonForIsLeftAsItIs() {
    for (String failure :
        new String[] {"exec: \"align\": executable file not found in $PATH", "out of order"}) {
      assertThatThrownBy(() -> init.start(spec(), spec -> start(spec, failure, false)))
          .hasMessage(failure);
    }
    assertThat(started).hasSize(2);
    assertThatThrownBy(() -> init.start(spec(), spec -> start(spec, DOCKER, false)))
        .hasMessage(DOCKER);
    assertThat(warnings).as("nothing ran without it").isEmpty();
  }

  @Test
  void theRefusalIsNotTakenForOneOfTheToolsCommand() {
    assertThat(FailedCommand.of("id", false, DOCKER)).isEmpty();
    assertThat(FailedCommand.of("id", false, DOCKER.replace("docker-init", "align"))).isPresent();
  }
}
