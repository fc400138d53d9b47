package io.lofn.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.spi.ImageReference;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What engines and their command lines say of registries, in their own words. */
class RegistryFailuresTest {

  private static final ImageReference IMAGE = ImageReference.parse("reg.example:5000/denied/x:2");

  private final RegistryFailures docker =
      new RegistryFailures("docker login", Path.of("/home/me/.docker/config.json"));

  private EngineException explained(String said) {
    return explained(docker, said);
  }

  private static EngineException explained(RegistryFailures failures, String said) {
    return failures.explain(
        IMAGE,
        EngineException.transientFailure(
            "Docker could not pull image reg.example:5000/denied/x:2: status 500: " + said,
            new IOException(said)));
  }

  private static void lasts(EngineException failure) {
    assertThat(failure).isInstanceOf(ImageUnavailableException.class);
    assertThat(failure.isTransient()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "toomanyrequests: You have reached your pull rate limit. You may increase the limit by"
            + " authenticating",
        "Too Many Requests (HAP429).",
        "toomanyrequests: Rate exceeded",
        "received unexpected HTTP status: 429 Too Many Requests",
        "error parsing HTTP 429 response body: invalid character 'T' looking for beginning of"
            + " value",
        "unexpected status code 429"
      })
  void aRateLimitMayPassAndHintsAtLoginMirrorAndArchive(String said) {
    EngineException failure = explained(said);

    assertThat(failure.isTransient()).isTrue();
    assertThat(failure.getMessage())
        .contains(said)
        .endsWith(
            ". reg.example:5000 limits how many images may be pulled. Log in ('docker login' stores"
                + " credentials in /home/me/.docker/config.json), set up a mirror of the registry"
                + " for the engine, or load the image from a file with Tool.imageArchive");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Get \"https://reg.example:5000/v2/\": http: server gave HTTP response to HTTPS client",
        "pinging container registry reg: Get \"https://reg/v2/\": http: server gave HTTP response"
            + " to HTTPS client",
        "tls: first record does not look like a TLS handshake",
        "[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:997)"
      })
  void aRegistryThatSpeaksHttpLastsAndNamesTheSetting(String said) {
    lasts(explained(said));
    assertThat(explained(said).getMessage())
        .endsWith(
            ". The registry reg.example:5000 speaks HTTP, and the engine expects HTTPS. Give the"
                + " registry a certificate, or add \"reg.example:5000\" to \"insecure-registries\""
                + " in the daemon.json of every node's engine");
    assertThat(explained(RegistryFailures.of("podman login"), said))
        .hasMessageContaining("registries.conf")
        .hasMessageContaining("location = \"reg.example:5000\"");
    assertThat(explained(RegistryFailures.of("ch-image pull --auth"), said))
        .hasMessageContaining("the program that pulls");
  }

  @Test
  void aRegistryThatSpeaksOnlyHttpsLasts() {
    EngineException failure = explained("Client sent an HTTP request to an HTTPS server.");
    lasts(failure);
    assertThat(failure).hasMessageContaining("from the engine's insecure registries");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "no matching manifest for linux/arm64/v8 in the manifest list entries",
        "choosing an image from manifest list docker://x: no image found in manifest list for"
            + " architecture arm64, variant \"\", OS linux",
        "no match for platform in manifest: not found",
        "image with reference x was found but does not match the specified platform: wanted"
            + " linux/arm64, actual: linux/amd64",
        "image operating system \"windows\" cannot be used on this platform"
      })
  void anImageOfOtherPlatformsLastsAndNamesThePlatform(String said) {
    lasts(explained(said));
    assertThat(explained(said).getMessage())
        .contains("The image exists, but not for the platform", "Tool.platform")
        .doesNotContain("Check its name");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "error parsing HTTP 403 response body: invalid character '<' looking for beginning of"
            + " value: \"<html>Log in\"",
        "error parsing HTTP 404 response body: invalid character '<' looking for beginning of"
            + " value: \"<!DOCTYPE html>\"",
        "unsupported manifest media type and no default available: text/html",
        "reading manifest 2: <HTML><body>Welcome to the hotel"
      })
  void aPageInPlaceOfARegistryLastsAndNamesPortalAndProxy(String said) {
    lasts(explained(said));
    assertThat(explained(said).getMessage())
        .contains(
            "What answered is a web page, not the registry reg.example:5000",
            "captive portal",
            "proxy")
        .doesNotContain("docker login");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "error parsing HTTP 503 response body: invalid character '<' looking for beginning of"
            + " value: \"<html>\"",
        "reading manifest: <html><title>502 Bad Gateway</title>",
        "received unexpected HTTP status: 503 Service Unavailable",
        "Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running? access"
            + " denied",
        "permission denied while trying to connect to the Docker daemon socket",
        "permission denied on /var/run/docker.sock"
      })
  void whatMayPassOrIsNotTheRegistrysIsLeftAsItIs(String said) {
    assertThat(explained(said).isTransient()).isTrue();
    assertThat(explained(said).getMessage()).endsWith(said);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dial tcp 10.0.0.1:443: connect: connection refused",
        "Get \"https://reg.example:5000/v2/\": dial tcp: lookup reg.example: i/o timeout",
        "net/http: TLS handshake timeout"
      })
  void aRegistryThatIsOutOfReachMayComeBackAndTheMessageSaysWhatToDo(String said) {
    assertThat(explained(said).isTransient()).isTrue();
    assertThat(explained(said))
        .isNotInstanceOf(ImageUnavailableException.class)
        .hasMessageContaining(said + ". Check that this node reaches the registry reg.example:5000")
        .hasMessageContaining("Tool.imageArchive");
  }

  @Test
  void aCertificateThatIsNotTrustedLasts() {
    EngineException failure = explained("x509: certificate signed by unknown authority");
    lasts(failure);
    assertThat(failure).hasMessageContaining("does not trust the certificate of the registry");
  }

  @Test
  void lofnItselfNamesItsOwnSettings() {
    RegistryFailures lofn = RegistryFailures.ofLofn(Path.of("/home/me/.docker/config.json"));
    assertThat(explained(lofn, "status 429"))
        .hasMessageContaining("spark.lofn.embedded.mirrors")
        .hasMessageContaining("/home/me/.docker/config.json");
    assertThat(explained(lofn, "the registry did not answer: x"))
        .hasMessageContaining("Check that this node reaches the registry reg.example:5000")
        .hasMessageContaining("spark.lofn.embedded.mirrors");
    assertThat(explained(lofn, "server gave HTTP response to HTTPS client"))
        .hasMessageEndingWith("add reg.example:5000 to spark.lofn.embedded.insecureRegistries");
    assertThat(explained(lofn, "certificate verify failed"))
        .hasMessageContaining("javax.net.ssl.trustStore");
    assertThat(explained(lofn, "unauthorized"))
        .hasMessageContaining("lofn reads credentials from /home/me/.docker/config.json");
    for (String said : List.of("status 429", "text/html", "certificate verify failed")) {
      assertThat(explained(lofn, said).getMessage()).doesNotContain("engine");
    }
  }

  @Test
  void aNameOfAnImageIsNoAnswer() {
    assertThat(explained("something else").getMessage()).endsWith("something else");
  }
}
