package io.lofn.http;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.spi.ImageReference;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What files of credentials say, and which helper they name for which registry. */
@Timeout(value = 60, unit = SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StoredCredentialsTest {

  private static final String PAIR = "\"bWU6cGFzcw==\"";

  @TempDir private Path directory;

  private Optional<Credentials> of(String json, String image) throws Exception {
    Path file = Files.writeString(directory.resolve("config.json"), json);
    return new StoredCredentials(List.of(directory.resolve("none"), file))
        .of(ImageReference.parse(image));
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://index.docker.io/v1/", "docker.io", "index.docker.io"})
  void aHelperOfDockerHubIsAskedUnderAnyOfItsNames(String key) throws Exception {
    // The name is looked up without being run: what it names is improper.
    String json = "{\"credHelpers\": {\"%s\": \"../no\"}, \"credsStore\": \"\"}".formatted(key);
    assertThatThrownBy(() -> of(json, "busybox:1")).hasMessageContaining("'../no'");
    assertThat(of(json, "quay.io/a/b:1")).isEmpty();
  }

  @Test
  void aHelperIsToldTheLongNameOfDockerHub() {
    assertThat(StoredCredentials.address("docker.io")).isEqualTo("https://index.docker.io/v1/");
    assertThat(StoredCredentials.address("quay.io")).isEqualTo("quay.io");
  }

  @Test
  void aDamagedFileIsNotQuotedWithItsCredentials() {
    String json = "{\"auths\": {\"quay.io\": {\"auth\": " + PAIR;
    assertThatThrownBy(() -> of(json, "quay.io/a/b:1"))
        .hasMessageContaining("config.json")
        .satisfies(
            e -> {
              StringWriter trace = new StringWriter();
              e.printStackTrace(new PrintWriter(trace));
              assertThat(trace.toString()).contains("JsonEOFException").doesNotContain("bWU6");
            });
  }

  @Test
  void aHelperThatIsMissingLeavesWhatIsStored() throws Exception {
    String json =
        "{\"credsStore\": \"lofn-no-such-helper\", \"auths\": {\"quay.io\": {\"auth\": %s}}}"
            .formatted(PAIR);
    assertThat(of(json, "quay.io/a/b:1")).contains(new Credentials("me", "pass", ""));
    assertThat(of(json, "other.example/a/b:1")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "reg.example:5000/a/b",
        "reg.example:5000/a",
        "reg.example:5000",
        "https://reg.example:5000",
        "https://reg.example:5000/v1/",
        "http://reg.example:5000/v2/"
      })
  void findsWhatIsStoredUnderTheRepositoryOrTheRegistry(String key) throws Exception {
    String json = "{\"auths\": {\"%s\": {\"auth\": %s}}}".formatted(key, PAIR);
    assertThat(of(json, "reg.example:5000/a/b:1")).contains(new Credentials("me", "pass", ""));
    assertThat(of(json, "reg.example/a/b:1")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"auth\": \"bWU6cGFzcw==\"}",
        "{\"username\": \"me\", \"password\": \"pass\"}",
        "{\"auth\": \"\", \"username\": \"me\", \"password\": \"pass\"}"
      })
  void readsBothWaysOfWritingAPassword(String entry) throws Exception {
    assertThat(of("{\"auths\": {\"https://index.docker.io/v1/\": %s}}".formatted(entry), "busybox"))
        .contains(new Credentials("me", "pass", ""));
  }

  @Test
  void readsAToken() throws Exception {
    assertThat(of("{\"auths\": {\"quay.io\": {\"identitytoken\": \"t\"}}}", "quay.io/a/b:1"))
        .contains(new Credentials("", "", "t"));
  }

  @Test
  void theFilesAreThoseOfPodmanAndThenOfDocker() {
    Path home = Path.of("/home/me");
    assertThat(StoredCredentials.places(Map.of("DOCKER_CONFIG", " "), home))
        .containsExactly(Path.of("/home/me/.docker/config.json"));
    Map<String, String> all =
        Map.of(
            "REGISTRY_AUTH_FILE",
            "/a/auth.json",
            "XDG_RUNTIME_DIR",
            "/run/u",
            "DOCKER_CONFIG",
            "/d");
    assertThat(StoredCredentials.places(all, home))
        .containsExactly(
            Path.of("/a/auth.json"),
            Path.of("/run/u/containers/auth.json"),
            Path.of("/d/config.json"));
  }
}
