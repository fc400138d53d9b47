package io.lofn.runtime.embedded.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lofn.http.Credentials;
import io.lofn.http.StoredCredentials;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import okhttp3.Challenge;
import okhttp3.FormBody;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * What one source wants to know before it gives an image: a password, or a token of the service
 * that it names. Credentials go to these two only, and by HTTP only where a host is named as
 * insecure. Thread-safe.
 */
final class Access {

  private static final JsonMapper JSON = new JsonMapper();
  private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]{1,65536}");
  private static final int MOST_BYTES = 1 << 20;

  private final Source source;
  private final StoredCredentials stored;
  private final Predicate<HttpUrl> allowed;
  private final Caller caller;
  private @Nullable String header;
  private boolean looked;
  private Optional<Credentials> credentials = Optional.empty();

  /** Sends a request. */
  @FunctionalInterface
  interface Caller {
    Response call(Request request) throws IOException;
  }

  Access(Source source, StoredCredentials stored, Predicate<HttpUrl> allowed, Caller caller) {
    this.source = source;
    this.stored = stored;
    this.allowed = allowed;
    this.caller = caller;
  }

  /** Returns the header {@code Authorization}; null as long as nobody has asked for one. */
  synchronized @Nullable String header() {
    return header;
  }

  /**
   * Returns a header in place of one that was refused.
   *
   * @param refused null if there was none
   * @param challenges what the source asks for
   * @return empty if it asks for nothing that there is
   */
  synchronized Optional<String> renew(@Nullable String refused, List<Challenge> challenges)
      throws IOException {
    if (!Objects.equals(refused, header)) {
      return Optional.ofNullable(header); // Another thread was faster.
    }
    Optional<Challenge> bearer = find(challenges, "bearer");
    header =
        bearer.isPresent()
            ? "Bearer " + token(bearer.get())
            : find(challenges, "basic").flatMap(any -> password()).orElse(null);
    return Optional.ofNullable(header);
  }

  private static Optional<Challenge> find(List<Challenge> challenges, String scheme) {
    return challenges.stream()
        .filter(each -> each.scheme().toLowerCase(Locale.ROOT).equals(scheme))
        .findFirst();
  }

  private Optional<Credentials> credentials() {
    if (!looked) {
      credentials = stored.of(source.there());
      looked = true;
    }
    return credentials;
  }

  private Optional<String> password() {
    return credentials().filter(known -> known.token().isEmpty()).map(Access::basic);
  }

  private static String basic(Credentials known) {
    return okhttp3.Credentials.basic(known.user(), known.password(), UTF_8);
  }

  private String token(Challenge challenge) throws IOException {
    Map<String, String> asked = challenge.authParams();
    HttpUrl service = HttpUrl.parse(asked.getOrDefault("realm", ""));
    if (service == null) {
      throw source.refused("it asks for a token, and names no service that gives it", "");
    }
    String host = Sources.host(service);
    if (!allowed.test(service)) {
      throw source.refused(
          "the service %s of its tokens uses HTTP".formatted(host), Endpoint.allow(host));
    }
    String scope = asked.getOrDefault("scope", "repository:%s:pull".formatted(source.path()));
    try (Response response =
        caller.call(request(service, asked.getOrDefault("service", ""), scope))) {
      if (!response.isSuccessful() || Answers.isPage(response)) {
        throw Answers.refused(source, response);
      }
      byte[] bytes = response.body().byteStream().readNBytes(MOST_BYTES);
      return read(host, bytes);
    }
  }

  private Request request(HttpUrl service, String name, String scope) {
    Optional<Credentials> known = credentials();
    if (known.isPresent() && !known.get().token().isEmpty()) {
      FormBody.Builder form =
          new FormBody.Builder()
              .add("grant_type", "refresh_token")
              .add("service", name)
              .add("client_id", "lofn")
              .add("scope", scope)
              .add("refresh_token", known.get().token());
      return new Request.Builder().url(service).post(form.build()).build();
    }
    HttpUrl.Builder url = service.newBuilder().addQueryParameter("scope", scope);
    if (!name.isEmpty()) {
      url.addQueryParameter("service", name);
    }
    Request.Builder request = new Request.Builder().url(url.build());
    password().ifPresent(basic -> request.header("Authorization", basic));
    return request.build();
  }

  /** Nothing of the answer is repeated: it may be the token. */
  private String read(String host, byte[] bytes) {
    String token = "";
    try {
      JsonNode json = JSON.readTree(bytes);
      token = json.path("token").asText(json.path("access_token").asText(""));
    } catch (IOException noJson) {
      // As if it had no token.
    }
    if (!TOKEN.matcher(token).matches()) {
      throw source.refused("the service %s of its tokens gave none".formatted(host), "");
    }
    return token;
  }
}
