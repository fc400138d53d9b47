package io.lofn.runtime.podman;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.http.Credentials;
import io.lofn.spi.ImageReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryCredentialsTest {

  @Test
  void readsTheFileAnew(@TempDir Path home) throws IOException {
    Path file = home.resolve("auth.json");
    RegistryCredentials credentials =
        new RegistryCredentials(Map.of("REGISTRY_AUTH_FILE", file.toString()), home);
    ImageReference image = ImageReference.parse("quay.io/a/b");
    assertThat(credentials.of(image)).isEmpty();
    Files.writeString(file, "{\"auths\":{\"quay.io\":{\"auth\":\"dTpwOnc=\"}}}");
    assertThat(credentials.of(image)).contains(new Credentials("u", "p:w", ""));
    Files.writeString(file, "{\"auths\":{\"quay.io/a\":{\"identitytoken\":\"t\"}}}");
    assertThat(credentials.of(image)).contains(new Credentials("", "", "t"));
    assertThat(credentials.of(ImageReference.parse("quay.io/c/b"))).isEmpty();
  }
}
