package io.lofn.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.model.AuthConfig;
import io.lofn.api.EngineException;
import io.lofn.http.Credentials;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryCredentialsTest {

  @TempDir private Path directory;

  @Test
  void knowsNoneWithoutAFile() {
    assertThat(credentials("docker.io")).isEmpty();
  }

  @Test
  void readsWhatDockerLoginStored() throws Exception {
    config(
        """
        {"auths": {
           "https://index.docker.io/v1/": {"auth": "aHViOnNlY3JldA=="},
           "host:5000": {"auth": "bWU6cGE6c3M=", "email": "a@b", "something": {"new": true}},
           "https://old.example.org/v1/": {"username": "old", "password": "pw"}
         },
         "HttpHeaders": {"User-Agent": "x"}, "currentContext": "elsewhere", "plugins": {}}
        """);
    assertThat(credentials("docker.io")).map(AuthConfig::getUsername).contains("hub");
    assertThat(credentials("host:5000")).map(AuthConfig::getUsername).contains("me");
    assertThat(credentials("host:5000")).map(AuthConfig::getPassword).contains("pa:ss");
    assertThat(credentials("old.example.org")).map(AuthConfig::getPassword).contains("pw");
    assertThat(credentials("other:5000")).isEmpty();
  }

  @Test
  void noticesThatTheFileChanged() throws Exception {
    config("{\"auths\": {\"host\": {\"username\": \"one\", \"password\": \"\"}}}");
    assertThat(credentials("host")).map(AuthConfig::getUsername).contains("one");
    config("{\"auths\": {\"host\": {\"username\": \"two\", \"password\": \"\"}}}");
    assertThat(credentials("host")).map(AuthConfig::getUsername).contains("two");
  }

  @Test
  void takesUserAndPasswordOrATokenFromAHelper() {
    AuthConfig password =
        RegistryCredentials.authConfig("host:5000", new Credentials("me", "s3", ""));
    assertThat(password.getRegistryAddress()).isEqualTo("host:5000");
    assertThat(password.getUsername()).isEqualTo("me");
    assertThat(password.getPassword()).isEqualTo("s3");
    AuthConfig token = RegistryCredentials.authConfig("host:5000", new Credentials("", "", "t"));
    assertThat(token.getIdentitytoken()).isEqualTo("t");
    assertThat(token.getUsername()).isNull();
  }

  @Test
  void goesOnWithoutAHelperThatIsMissing() throws Exception {
    config(
        "{\"credHelpers\": {\"host\": \"lofn-no-such-helper\"}, \"credsStore\": \"\","
            + " \"auths\": {\"host\": {\"auth\": \"bWU6cGFzcw==\"}}}");
    assertThat(credentials("host")).map(AuthConfig::getUsername).contains("me");
    assertThat(credentials("other")).isEmpty();
  }

  @Test
  void runsNoHelperOfAnotherDirectory() throws Exception {
    config("{\"credsStore\": \"../../evil\"}");
    assertThatThrownBy(() -> credentials("host"))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("../../evil");
  }

  @Test
  void saysThatTheFileIsBroken() throws Exception {
    config("{\"auths\": oops");
    assertThatThrownBy(() -> credentials("host"))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(directory.resolve("config.json").toString());
  }

  private void config(String json) throws Exception {
    Files.writeString(directory.resolve("config.json"), json);
  }

  private Optional<AuthConfig> credentials(String registry) {
    return new RegistryCredentials(directory).of(registry);
  }
}
