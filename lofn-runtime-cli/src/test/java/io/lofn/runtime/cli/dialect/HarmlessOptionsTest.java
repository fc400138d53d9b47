package io.lofn.runtime.cli.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests which options of its program a dialect accepts as harmless, in all forms that the program
 * accepts.
 */
class HarmlessOptionsTest {

  private static final List<String> VALUES =
      List.of(
          "",
          "=",
          "=true",
          "=1",
          "=0-3",
          "=1g",
          "=all",
          "=022",
          "=name",
          "=host",
          "=none",
          "=/",
          "=/:/host",
          "=/etc/shadow",
          "=10.0.0.1",
          "=name:10.0.0.1",
          "=nofile=1024",
          "=NAME=value",
          "=container:x",
          "=type=bind,source=/,target=/host",
          "=nvidia.com/gpu=all",
          "=ndots:2");

  /** Every option that may be harmless; no form of any other option is. */
  private record Known(CliDialect dialect, String names, Set<String> harmless) {

    private static final String ENGINES =
        "--add-host --blkio-weight --cpu-shares --cpuset-cpus --cpuset-mems --device --dns"
            + " --dns-option --dns-search --env --gpus --hostname --memory-reservation"
            + " --memory-swappiness --oom-score-adj --ulimit";

    private static final String APPTAINER =
        "--blkio-weight --cpu-shares --cpuset-cpus --cpuset-mems --dns --env --hostname --ipc"
            + " --memory-reservation --nv --pid --rocm --userns --uts";

    Known(CliDialect dialect, String names, String harmless) {
      this(dialect, names, new TreeSet<>(List.of(harmless.split(" ", -1))));
    }

    List<String> options() throws IOException {
      String file = "options-" + names + ".txt";
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(
                  Objects.requireNonNull(getClass().getResourceAsStream(file), file), UTF_8))) {
        return lines.lines().toList();
      }
    }

    @Override
    public String toString() {
      return dialect.name();
    }
  }

  static Stream<Known> all() {
    return Stream.of(
        new Known(Docker.DIALECT, "docker", Known.ENGINES + " --domainname"),
        new Known(Podman.DIALECT, "podman", Known.ENGINES + " --umask --unsetenv"),
        new Known(Nerdctl.DIALECT, "nerdctl", Known.ENGINES + " --domainname --umask"),
        new Known(Charliecloud.DIALECT, "charliecloud", "--set-env --no-passwd"),
        new Known(Apptainer.DIALECT, "apptainer", Known.APPTAINER),
        new Known(Apptainer.SINGULARITY, "apptainer", Known.APPTAINER));
  }

  @ParameterizedTest
  @MethodSource("all")
  void nothingIsHarmlessButWhatIsListed(Known known) throws IOException {
    Set<String> found = new TreeSet<>();
    for (String option : known.options()) {
      if (VALUES.stream().anyMatch(value -> known.dialect.harmless().contain(option + value))) {
        found.add(option);
      }
    }

    assertThat(found).isEqualTo(known.harmless);
  }

  @ParameterizedTest
  @MethodSource("all")
  void noOptionIsHarmlessInAShortOrAbbreviatedForm(Known known) throws IOException {
    List<String> forms =
        known.options().stream()
            .flatMap(
                option ->
                    Stream.of(
                        option.substring(1),
                        option.substring(1, 3),
                        option.substring(2),
                        option.substring(0, option.length() - 1),
                        option.toUpperCase(Locale.ROOT),
                        " " + option,
                        option + " "))
            .filter(form -> !known.harmless.contains(form))
            .flatMap(form -> VALUES.stream().map(value -> form + value))
            .filter(form -> known.harmless.stream().noneMatch(each -> form.startsWith(each + "=")))
            .toList();

    assertThat(forms).isNotEmpty().noneMatch(known.dialect.harmless()::contain);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-v/:/host",
        "-iv",
        "/:/host",
        "--",
        "busybox:1",
        "--privileged",
        "--use-api-socket",
        "--env-host",
        "--env=SECRET",
        "--env=SECRET*",
        "--env=*",
        "--env=AWS*=x",
        "--env-file=/etc/shadow",
        "--device=/dev/sda",
        "--device=/dev/sda:/dev/x=nvidia.com/gpu=all",
        "--device=evil.example/gpu=all",
        "--gpus=driver=cdi,device=all",
        "--gpus",
        "--gpus=\"device=0\",capabilities=all",
        "--add-host=gate:host-gateway",
        "--hostname=a,b",
        "--hostname=-x",
        "--ulimit=rtprio=99",
        "--ulimit=memlock=-1",
        "--ulimit=nofile=-1",
        "--oom-score-adj=-1000",
        "--cpu-shares=-1",
        "--cpuset-cpus=0;x",
        "--dns=none",
        "--tz=local",
        "--umask=0022\n--privileged",
        "--cpu-shares=1\n--privileged",
        "--no-hosts",
        "--network=none",
        "--uidmap=0:0:1",
        "--userns=host",
        "--volume-driver=x",
        "--cidfile=/tmp/x",
        "--name=x",
        "--label=io.lofn=x"
      })
  void theseAreHarmlessToNoEngine(String option) {
    for (CliDialect dialect : List.of(Docker.DIALECT, Podman.DIALECT, Nerdctl.DIALECT)) {
      assertThat(dialect.harmless().contain(option)).as(dialect.name()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--bind=/:/host",
        "--bind",
        "-B/:/host",
        "--env=A=1,B=2",
        "--env=A",
        "--set-env=/etc/shadow",
        "--set-env",
        "--nv=/x",
        "--join-pid=1",
        "--userns=/x",
        "--no-passwd=x",
        "--write",
        "--unsafe"
      })
  void theseAreHarmlessToNoProgramWithoutAnEngine(String option) {
    for (CliDialect dialect : List.of(Charliecloud.DIALECT, Apptainer.DIALECT)) {
      assertThat(dialect.harmless().contain(option)).as(dialect.name()).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "docker --gpus=all",
        "docker --gpus=device=GPU-3a23c669-1f69",
        "docker --env=A=",
        "docker --env=A=x,B=$HOME",
        "docker --ulimit=nofile=1024:2048",
        "podman --device=nvidia.com/gpu=0",
        "podman --unsetenv=container",
        "nerdctl --umask=0027",
        "apptainer --nv",
        "singularity --hostname=node-1.x",
        "charliecloud --set-env=A=x"
      })
  void theseAreHarmless(String dialect, String option) {
    assertThat(Dialects.named(dialect).orElseThrow().harmless().contain(option)).isTrue();
  }

  @Test
  void aVariableMayHaveLines() {
    assertThat(Docker.DIALECT.harmless().contain("--env=A=one\ntwo")).isTrue();
  }
}
