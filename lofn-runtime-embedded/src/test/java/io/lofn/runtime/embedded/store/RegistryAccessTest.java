package io.lofn.runtime.embedded.store;

import static io.lofn.runtime.embedded.store.TestImage.put;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_NORMAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import io.lofn.api.ImageUnavailableException;
import io.lofn.spi.ImageRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Passwords and tokens: what registries get that ask for some, and what nobody else gets. */
@Timeout(60)
class RegistryAccessTest {

  private static final String TOOLS = "tools/sort";
  private static final String BASIC =
      "Basic " + Base64.getEncoder().encodeToString("me:secret".getBytes(UTF_8));

  @TempDir private Path directory;
  private FakeRegistry registry;
  private FakeRegistry other;
  private ImageStore store;
  private String name;
  private TestImage image;

  @BeforeEach
  void makeRegistries() throws Exception {
    registry = new FakeRegistry();
    other = new FakeRegistry();
    store = TestImage.store(directory.resolve("images"), Map.of("insecureRegistries", "127.0.0.1"));
    name = registry.host() + "/" + TOOLS + ":1";
    image = TestImage.named("any").layer(tar -> put(tar, LF_NORMAL, "file", "x"));
    registry.push(TOOLS, "1", image);
  }

  @AfterEach
  void closeRegistries() {
    registry.close();
    other.close();
  }

  /** As {@code docker login} does. */
  private void logIn(String host, String entry) throws IOException {
    Files.writeString(
        directory.resolve("config.json"), "{\"auths\":{\"%s\":%s}}".formatted(host, entry));
  }

  private void logIn(String host) throws IOException {
    logIn(host, "{\"auth\":\"%s\"}".formatted(BASIC.substring(6)));
  }

  private void pull() {
    assertThat(store.prepare(ImageRequest.of(name)).id()).isEqualTo(image.id());
  }

  private static boolean refusedUnless(String header, HttpExchange exchange, String challenge)
      throws IOException {
    if (header.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
      return false;
    }
    exchange.getResponseHeaders().add("WWW-Authenticate", challenge);
    return FakeRegistry.reply(
        exchange,
        401,
        "application/json",
        "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"authentication required\"}]}");
  }

  /** Has the registry want a token, and the other server give it. */
  private void wantAToken(String realm) {
    String challenge =
        "Bearer realm=\"%s\",service=\"the registry\",scope=\"repository:tools/sort:pull\""
            .formatted(realm);
    registry.first(exchange -> refusedUnless("Bearer the-token", exchange, challenge));
    other.first(
        exchange ->
            FakeRegistry.reply(
                exchange, 200, "application/json", "{\"token\":\"the-token\",\"expires_in\":60}"));
  }

  @Test
  void aPasswordGoesToTheRegistryThatAsksForIt() throws Exception {
    registry.first(exchange -> refusedUnless(BASIC, exchange, "Basic realm=\"r\""));
    logIn(registry.host());

    pull();

    assertThat(registry.asked().get(0).header("Authorization")).isEmpty();
    assertThat(registry.asked().subList(1, 4))
        .allSatisfy(each -> assertThat(each.header("Authorization")).isEqualTo(BASIC));
  }

  @Test
  void aRegistryThatAsksForNothingGetsNothing() throws Exception {
    logIn(registry.host());
    pull();
    assertThat(registry.asked())
        .allSatisfy(each -> assertThat(each.header("Authorization")).isEmpty());
  }

  @Test
  void whoHasNoPasswordOrAWrongOneIsToldWhereItIsStored() throws Exception {
    registry.first(exchange -> refusedUnless("Basic x", exchange, "Basic realm=\"r\""));
    assertDenied();
    assertThat(registry.asked()).hasSize(1);
    logIn(registry.host());
    assertDenied();
    assertThat(registry.asked()).hasSize(3);
  }

  private void assertDenied() {
    assertThatThrownBy(() -> store.prepare(ImageRequest.of(name)))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessageContaining("status 401")
        .hasMessageContaining("authentication required")
        .hasMessageContaining("config.json")
        .hasMessageNotContaining("secret");
  }

  @Test
  void thePasswordOfAnotherRegistryGoesNowhere() throws Exception {
    registry.first(exchange -> refusedUnless("Basic x", exchange, "Basic realm=\"r\""));
    logIn(other.host());
    assertDenied();
    assertThat(registry.asked())
        .allSatisfy(each -> assertThat(each.header("Authorization")).isEmpty());
  }

  @Test
  void aTokenIsFetchedOnceAtTheServiceThatTheRegistryNames() throws Exception {
    wantAToken("http://%s/token".formatted(other.host()));
    logIn(registry.host());

    pull();

    assertThat(other.asked()).hasSize(1);
    FakeRegistry.Asked token = other.asked().get(0);
    assertThat(token.method()).isEqualTo("GET");
    assertThat(token.query()).contains("scope=repository:tools/sort:pull", "service=the registry");
    assertThat(token.header("Authorization")).isEqualTo(BASIC);
    assertThat(registry.asked())
        .extracting(each -> each.header("Authorization"))
        .doesNotContain(BASIC);
  }

  @Test
  void aTokenIsFetchedWithoutAPasswordIfThereIsNone() throws Exception {
    wantAToken("http://%s/token".formatted(other.host()));
    pull();
    assertThat(other.asked().get(0).header("Authorization")).isEmpty();
  }

  @Test
  void anIdentityTokenIsExchangedForAToken() throws Exception {
    wantAToken("http://%s/token".formatted(other.host()));
    logIn(registry.host(), "{\"identitytoken\":\"the-identity\"}");

    pull();

    FakeRegistry.Asked token = other.asked().get(0);
    assertThat(token.method()).isEqualTo("POST");
    assertThat(token.body()).contains("grant_type=refresh_token", "refresh_token=the-identity");
    assertThat(token.header("Authorization")).isEmpty();
  }

  @Test
  void aTokenThatRunsOutIsFetchedAgain() throws Exception {
    wantAToken("http://%s/token".formatted(other.host()));
    FakeRegistry.Behaviour wanting =
        exchange ->
            refusedUnless(
                exchange.getRequestURI().getPath().contains("/blobs/")
                    ? "Bearer second"
                    : "Bearer first",
                exchange,
                "Bearer realm=\"http://%s/token\"".formatted(other.host()));
    registry.first(wanting);
    other.first(
        exchange ->
            FakeRegistry.reply(
                exchange,
                200,
                "application/json",
                other.asked().size() == 1
                    ? "{\"access_token\":\"first\"}"
                    : "{\"access_token\":\"second\"}"));

    pull();

    assertThat(other.asked()).hasSize(2);
    assertThat(other.asked().get(0).query()).contains("scope=repository:tools/sort:pull");
  }

  @Test
  void noPasswordGoesByHttpToAServiceThatIsNotNamedAsInsecure() throws Exception {
    store =
        TestImage.store(directory.resolve("images"), Map.of("insecureRegistries", registry.host()));
    wantAToken("http://%s/token".formatted(other.host()));
    logIn(registry.host());

    assertThatThrownBy(() -> store.prepare(ImageRequest.of(name)))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessageContaining("uses HTTP")
        .hasMessageContaining(
            "add %s to spark.lofn.embedded.insecureRegistries".formatted(other.host()));
    assertThat(other.asked()).isEmpty();
  }

  @Test
  void aServiceThatGivesNoTokenIsNamedAndNothingOfItsAnswerIs() throws Exception {
    wantAToken("http://%s/token".formatted(other.host()));
    other.first(
        exchange -> FakeRegistry.reply(exchange, 200, "application/json", "{\"token\":\"a\\nb\"}"));
    assertThatThrownBy(() -> store.prepare(ImageRequest.of(name)))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessageContaining("the service %s of its tokens gave none".formatted(other.host()));
    other.first(exchange -> FakeRegistry.reply(exchange, 401, "text/plain", "wrong password"));
    assertThatThrownBy(() -> store.prepare(ImageRequest.of(name)))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessageContaining("status 401 (unauthorized): wrong password")
        .hasMessageContaining("config.json");
  }

  /** At another host; also if the way leads back to the first. */
  @Test
  void noPasswordFollowsARedirectToAnotherHost() throws Exception {
    logIn(registry.host());
    registry.first(
        exchange -> {
          if (refusedUnless(BASIC, exchange, "Basic realm=\"r\"")) {
            return true;
          }
          String path = exchange.getRequestURI().getPath();
          if (!path.contains("/blobs/")) {
            return false;
          }
          exchange
              .getResponseHeaders()
              .add("Location", "http://%s%s?signature=s".formatted(other.host(), path));
          return FakeRegistry.reply(exchange, 307, "text/plain", "there");
        });
    other.push(TOOLS, "1", image);

    pull();

    assertThat(other.asked("blobs")).hasSize(2);
    assertThat(other.asked())
        .allSatisfy(
            each -> {
              assertThat(each.headers()).doesNotContainKey("Authorization");
              assertThat(each.query()).isEqualTo("signature=s");
            });
  }

  @Test
  void aRedirectWithinARegistryKeepsThePassword() throws Exception {
    logIn(registry.host());
    registry.first(
        exchange -> {
          if (refusedUnless(BASIC, exchange, "Basic realm=\"r\"")) {
            return true;
          }
          String path = exchange.getRequestURI().getPath();
          if (!path.endsWith("/manifests/1")) {
            return false;
          }
          exchange.getResponseHeaders().add("Location", path.replace("/1", "/2"));
          return FakeRegistry.reply(exchange, 302, "text/plain", "there");
        });
    registry.push(TOOLS, "2", image);

    pull();
  }

  @Test
  void aRedirectByHttpToAHostThatIsNotNamedIsRefused() {
    store =
        TestImage.store(directory.resolve("images"), Map.of("insecureRegistries", registry.host()));
    registry.first(
        exchange -> {
          exchange.getResponseHeaders().add("Location", "http://%s/x".formatted(other.host()));
          return FakeRegistry.reply(exchange, 302, "text/plain", "there");
        });
    assertThatThrownBy(() -> store.prepare(ImageRequest.of(name)))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessageContaining("it redirects to %s by HTTP".formatted(other.host()))
        .hasMessageContaining("spark.lofn.embedded.insecureRegistries");
    assertThat(other.asked()).isEmpty();
  }

  @Test
  void redirectsThatLeadNowhereAreRefused() throws Exception {
    registry.first(
        exchange -> {
          exchange.getResponseHeaders().add("Location", exchange.getRequestURI().getPath());
          return FakeRegistry.reply(exchange, 302, "text/plain", "here");
        });
    assertThatThrownBy(() -> store.prepare(ImageRequest.of(name)))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessageContaining("redirects more than 5 times");
    assertThat(registry.asked()).hasSize(6);
  }

  @Test
  void aRegistryThatIsNotNamedAsInsecureIsAskedByHttpsOnly() throws Exception {
    try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String host = "127.0.0.1:" + plain.getLocalPort();
      logIn(host);
      Thread server = new Thread(() -> refuse(plain));
      server.start();
      assertThatThrownBy(
              () ->
                  TestImage.store(directory.resolve("images"))
                      .prepare(ImageRequest.of(host + "/" + TOOLS + ":1")))
          .isInstanceOf(ImageUnavailableException.class)
          .hasMessageContaining("speaks HTTP, and lofn expects HTTPS")
          .hasMessageContaining("add %s to spark.lofn.embedded.insecureRegistries".formatted(host));
      plain.close();
      server.join();
    }
  }

  /** As registries do that get TLS and want HTTP. */
  private static void refuse(ServerSocket server) {
    while (!server.isClosed()) {
      try (Socket client = server.accept()) {
        assertThat(client.getInputStream().read()).as("of a handshake").isEqualTo(22);
        client.getOutputStream().write("HTTP/1.0 400 Bad Request\r\n\r\n".getBytes(UTF_8));
        client.shutdownOutput();
        client.getInputStream().transferTo(OutputStream.nullOutputStream());
      } catch (IOException closed) {
        // The client has gone, or the test has ended.
      }
    }
  }

  @Test
  void aRegistryThatSpeaksHttpsOnlyIsNamed() {
    registry.first(
        exchange ->
            FakeRegistry.reply(
                exchange, 400, "text/plain", "Client sent an HTTP request to an HTTPS server.\n"));
    assertThatThrownBy(() -> store.prepare(ImageRequest.of(name)))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessageContaining("spark.lofn.embedded.insecureRegistries says to use HTTP for it");
  }

  /** In a JVM of its own, which trusts the certificate or not. */
  @Test
  void aPrivateCertificateIsTrustedIfTheJvmTrustsIt() throws Exception {
    Path keys = directory.resolve("keys.p12");
    Process keytool =
        new ProcessBuilder(
                (Path.of(System.getProperty("java.home"), "bin", "keytool")
                        + " -genkeypair -alias a -keyalg EC -dname CN=registry -ext san=ip:127.0.0.1"
                        + " -validity 2 -storetype PKCS12 -storepass changeit -keystore "
                        + keys)
                    .split(" ", -1))
            .redirectErrorStream(true)
            .start();
    assertThat(new String(keytool.getInputStream().readAllBytes(), UTF_8)).contains("CN=registry");
    try (FakeRegistry secure = new FakeRegistry(FakeRegistry.tls(keys, "changeit"))) {
      secure.push(TOOLS, "1", image);
      String trusting = "-Djavax.net.ssl.trustStore=" + keys;

      assertThat(pulled(secure.host(), "-Dany=value"))
          .contains("does not trust the certificate of the registry " + secure.host())
          .contains("javax.net.ssl.trustStore");
      assertThat(secure.asked()).isEmpty();
      assertThat(pulled(secure.host(), trusting)).isEqualTo(image.id());
    }
  }

  private String pulled(String host, String option) throws Exception {
    List<String> command =
        new ArrayList<>(
            StoreProgram.pull(directory.resolve("images"), host + "/" + TOOLS + ":1", "other"));
    command.addAll(1, List.of(option, "-Djavax.net.ssl.trustStorePassword=changeit"));
    Process process = new ProcessBuilder(command).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).isZero();
    return output.strip();
  }

  @Test
  void aMirrorGetsItsOwnPasswordAndNotTheRegistrys() throws Exception {
    Map<String, String> settings =
        Map.of("insecureRegistries", "127.0.0.1", "mirrors", registry.host() + "=" + other.host());
    store = TestImage.store(directory.resolve("images"), settings);
    other.first(exchange -> refusedUnless("Basic x", exchange, "Basic realm=\"r\""));
    logIn(registry.host());

    pull();

    assertThat(other.asked())
        .isNotEmpty()
        .allSatisfy(each -> assertThat(each.headers()).doesNotContainKey("Authorization"));
    assertThat(List.copyOf(registry.asked())).isNotEmpty();
  }
}
