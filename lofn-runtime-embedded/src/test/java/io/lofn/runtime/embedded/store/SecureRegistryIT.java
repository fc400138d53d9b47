package io.lofn.runtime.embedded.store;

import static io.lofn.runtime.embedded.store.DockerRegistry.REPOSITORY;
import static io.lofn.runtime.embedded.store.TestImage.put;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_NORMAL;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pulls from Debian's docker-registry by HTTPS with a certificate of a private authority, behind a
 * proxy, and with tokens of a service: each in a JVM of its own, as these are settings of the JVM.
 */
@Timeout(120)
class SecureRegistryIT {

  private static final String PASSWORD = "changeit";
  private static final String BASIC =
      "Basic " + Base64.getEncoder().encodeToString("me:secret".getBytes(UTF_8));

  /** Of certificates, and of what is pushed. */
  @TempDir private static Path shared;

  private static TestImage image;

  @TempDir private Path directory;

  @BeforeAll
  static void pushAnImageAndMakeCertificates() throws Exception {
    image = TestImage.named("any").layer(tar -> put(tar, LF_NORMAL, "file", "x"));
    try (DockerRegistry plain = new DockerRegistry(shared, "", "")) {
      plain.push(image, "none");
    }
    keys("authority", "-ext", "bc:c");
    keys("server");
    keys("signer");
    export("signer");
    keytool("-certreq", "-alias", "server", "-keystore", file("server"), "-file", "request");
    keytool(
        ("-gencert -alias authority -keystore %s -infile request -outfile server.pem -rfc"
                + " -ext san=ip:127.0.0.1,dns:registry.test")
            .formatted(file("authority"))
            .split(" ", -1));
    export("authority");
    keytool("-importcert", "-noprompt", "-file", "authority.pem", "-keystore", file("trusted"));
    KeyStore store = KeyStore.getInstance(path("server.p12").toFile(), PASSWORD.toCharArray());
    Key key = store.getKey("server", PASSWORD.toCharArray());
    Files.writeString(
        path("key.pem"),
        "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n"
            .formatted(Base64.getMimeEncoder().encodeToString(key.getEncoded())));
  }

  private static Path path(String name) {
    return shared.resolve(name);
  }

  private static String file(String name) {
    return path(name + ".p12").toString();
  }

  private static void keys(String name, String... more) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of("-genkeypair", "-alias", name, "-keyalg", "RSA", "-dname", "CN=" + name));
    command.addAll(List.of("-validity", "2", "-keystore", file(name)));
    command.addAll(List.of(more));
    keytool(command.toArray(String[]::new));
  }

  private static void export(String name) throws Exception {
    keytool("-exportcert", "-rfc", "-alias", name, "-keystore", file(name), "-file", name + ".pem");
  }

  private static void keytool(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(Arrays.asList(arguments));
    command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
    Process process =
        new ProcessBuilder(command).directory(shared.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }

  private static DockerRegistry secure(String auth) throws Exception {
    return new DockerRegistry(
        shared,
        ", tls: {certificate: '%s', key: '%s'}".formatted(path("server.pem"), path("key.pem")),
        auth);
  }

  /** What a JVM prints that pulls: the image's id, or why it could not. */
  private String pulled(String host, String insecure, String... options) throws Exception {
    List<String> command =
        new ArrayList<>(
            StoreProgram.pull(
                directory.resolve("images"), host + "/" + REPOSITORY + ":1", insecure));
    command.addAll(1, List.of(options));
    command.add(1, "-Djavax.net.ssl.trustStorePassword=" + PASSWORD);
    Process process = new ProcessBuilder(command).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).isZero();
    return output.strip();
  }

  private static String trusting() {
    return "-Djavax.net.ssl.trustStore=" + file("trusted");
  }

  @Test
  void aCertificateOfAPrivateAuthorityIsTrustedIfTheJvmTrustsTheAuthority() throws Exception {
    try (DockerRegistry registry = secure("")) {
      assertThat(pulled(registry.host(), "none"))
          .contains("Image %s/%s:1 cannot be had".formatted(registry.host(), REPOSITORY))
          .contains("does not trust the certificate of the registry " + registry.host())
          .contains("javax.net.ssl.trustStore");
      assertThat(registry.log()).doesNotContain("GET /v2/tools");

      assertThat(pulled(registry.host(), "none", trusting())).isEqualTo(image.id());
    }
  }

  @Test
  void aCertificateForAnotherHostIsRefusedAlsoIfItsAuthorityIsTrusted() throws Exception {
    try (DockerRegistry registry = secure("")) {
      assertThat(pulled("localhost:" + registry.port(), "none", trusting()))
          .contains("does not trust the certificate of the registry localhost:" + registry.port());
      assertThat(registry.log()).doesNotContain("GET /v2/tools");
    }
  }

  /** A host that only the proxy can find. */
  @Test
  void theProxyOfTheJvmIsUsedAndSeesNoPassword() throws Exception {
    Files.writeString(
        directory.resolve("config.json"),
        "{\"auths\":{\"registry.test\":{\"auth\":\"%s\"}}}".formatted(BASIC.substring(6)));
    try (DockerRegistry registry = secure("");
        ConnectProxy proxy = new ConnectProxy(registry.port())) {
      assertThat(pulled("registry.test", "none", trusting())).contains("no such host");

      String id =
          pulled(
              "registry.test",
              "none",
              trusting(),
              "-Dhttps.proxyHost=127.0.0.1",
              "-Dhttps.proxyPort=" + proxy.port());

      assertThat(id).isEqualTo(image.id());
      assertThat(proxy.heads())
          .isNotEmpty()
          .allSatisfy(
              head ->
                  assertThat(head)
                      .startsWith("CONNECT registry.test:443 ")
                      .doesNotContainIgnoringCase("authorization"));
    }
  }

  @Test
  void aTokenOfTheServiceThatTheRegistryNamesOpensIt() throws Exception {
    try (FakeRegistry service = new FakeRegistry();
        DockerRegistry registry =
            secure(
                "auth: {token: {realm: 'http://%s/token', service: lofn, issuer: test, rootcertbundle: '%s'}}"
                    .formatted(service.host(), path("signer.pem")))) {
      String token = token();
      service.first(
          exchange ->
              FakeRegistry.reply(
                  exchange, 200, "application/json", "{\"token\":\"" + token + "\"}"));
      Files.writeString(
          directory.resolve("config.json"),
          "{\"auths\":{\"%s\":{\"auth\":\"%s\"}}}".formatted(registry.host(), BASIC.substring(6)));

      assertThat(pulled(registry.host(), service.host(), trusting())).isEqualTo(image.id());

      assertThat(service.asked())
          .singleElement()
          .satisfies(
              asked -> {
                assertThat(asked.query())
                    .contains("service=lofn", "scope=repository:%s:pull".formatted(REPOSITORY));
                assertThat(asked.header("Authorization")).isEqualTo(BASIC);
              });
    }
  }

  /** As the registry's documents say: a JWT with the certificate of the key that signed it. */
  private static String token() throws Exception {
    KeyStore store = KeyStore.getInstance(path("signer.p12").toFile(), PASSWORD.toCharArray());
    String certificate =
        Base64.getEncoder().encodeToString(store.getCertificate("signer").getEncoded());
    long now = Instant.now().getEpochSecond();
    String signed =
        base64("{\"typ\":\"JWT\",\"alg\":\"RS256\",\"x5c\":[\"%s\"]}".formatted(certificate))
            + "."
            + base64(
                ("{\"iss\":\"test\",\"sub\":\"me\",\"aud\":\"lofn\",\"jti\":\"1\",\"nbf\":%d,\"iat\":%d,\"exp\":%d,"
                        + "\"access\":[{\"type\":\"repository\",\"name\":\"%s\",\"actions\":[\"pull\"]}]}")
                    .formatted(now - 60, now, now + 600, REPOSITORY));
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign((PrivateKey) store.getKey("signer", PASSWORD.toCharArray()));
    signature.update(signed.getBytes(US_ASCII));
    return signed + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
  }
}
