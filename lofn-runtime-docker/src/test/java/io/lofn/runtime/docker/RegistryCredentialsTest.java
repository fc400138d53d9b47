package io.lofn.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.model.AuthConfig;
import io.lofn.api.EngineException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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
    Optional<AuthConfig> credentials = credentialHelper.get("host:5000");
    assertThat(credentials).map(AuthConfig::getUsername).contains("me");
    assertThat(credentials).map(AuthConfig::getPassword).contains("s3");
    assertThat(credentialHelper.get("other")).isEmpty();
  }

  @Test
  void saysThatTheHelperIsMissing() throws Exception {
    config("{\"credHelpers\": {\"host\": \"lofn-no-such-helper\"}, \"credsStore\": \"\"}");
    assertThatThrownBy(() -> credentials("host"))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(directory.toString())
        .hasStackTraceContaining("docker-credential-lofn-no-such-helper");
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
