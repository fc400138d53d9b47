package io.lofn.runtime.embedded.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.api.Printable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import okhttp3.MediaType;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * What a registry answers, or that it does not, in the words by which {@link
 * io.lofn.http.RegistryFailures} knows what it means. No address of a request is told: those of
 * redirects have secrets.
 */
final class Answers {

  private static final JsonMapper JSON = new JsonMapper();
  private static final int MOST_BYTES = 1 << 16;
  private static final int LONGEST = 300;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int REQUEST_TIMEOUT = 408;
  private static final int TOO_MANY = 429;
  private static final int SERVER_ERROR = 500;

  private Answers() {}

  /** Returns the failure that an answer means, which is none of those that were wanted. */
  static EngineException refused(Source source, Response response) {
    int code = response.code();
    String why = "status %d%s".formatted(code, meaning(code)) + said(response);
    return code >= SERVER_ERROR || code == TOO_MANY || code == REQUEST_TIMEOUT
        ? source.failed(why, new IOException("status " + code))
        : source.refused(why, "");
  }

  private static String meaning(int code) {
    return switch (code) {
      case UNAUTHORIZED -> " (unauthorized)";
      case FORBIDDEN -> " (denied)";
      case NOT_FOUND -> " (not found)";
      case TOO_MANY -> " (too many requests)";
      default -> "";
    };
  }

  private static String said(Response response) {
    String wait = response.header("Retry-After", "");
    String after = wait == null || wait.isBlank() ? "" : ", retry after: " + Printable.line(wait);
    return after + ": " + body(response);
  }

  private static String body(Response response) {
    byte[] bytes;
    try {
      bytes = response.body().byteStream().readNBytes(MOST_BYTES);
    } catch (IOException e) {
      return "its text was cut";
    }
    String text = new String(bytes, UTF_8);
    if (text.contains("plain HTTP request was sent to HTTPS port")) {
      return "Client sent an HTTP request to an HTTPS server";
    }
    if (isPage(response)) {
      return "a page (text/html) in place of a registry's answer";
    }
    try {
      StringBuilder all = new StringBuilder();
      for (JsonNode each : JSON.readTree(bytes).path("errors")) {
        all.append(all.isEmpty() ? "" : ", ")
            .append(each.path("message").asText(""))
            .append(" (%s)".formatted(each.path("code").asText("")));
      }
      text = all.isEmpty() ? text : all.toString();
    } catch (IOException noJson) {
      // The text itself.
    }
    return text.isBlank()
        ? "no text"
        : Printable.line(text.substring(0, Math.min(text.length(), LONGEST)).strip());
  }

  /** Returns whether a page for people came: registries write none. */
  static boolean isPage(Response response) {
    MediaType type = response.body().contentType();
    return type != null && type.subtype().toLowerCase(Locale.ROOT).contains("html");
  }

  /** Returns the failure of a request that got no answer, or only a part of one. */
  static EngineException unanswered(Source source, IOException failure) {
    String said = Printable.line(text(failure));
    if (failure instanceof UnknownHostException) {
      return said.contains("Temporary failure")
          ? source.failed("the registry did not answer: " + said, failure)
          : lasting(source, "no such host: " + said, failure);
    }
    if (failure instanceof SSLPeerUnverifiedException || hasCertificate(failure)) {
      return lasting(source, "certificate verify failed: " + said, failure);
    }
    if (failure instanceof SSLException && said.contains("Unsupported or unrecognized")) {
      return lasting(source, "server gave HTTP response to HTTPS client", failure);
    }
    return source.failed("the registry did not answer, or broke off: " + said, failure);
  }

  /** Of a connection, OkHttp tells where, and its cause tells why; other causes mean nothing. */
  private static String text(IOException failure) {
    return failure instanceof ConnectException && failure.getCause() != null
        ? failure.getMessage() + " (" + failure.getCause().getMessage() + ")"
        : String.valueOf(failure.getMessage());
  }

  private static EngineException lasting(Source source, String why, IOException cause) {
    return new ImageUnavailableException(source.message(why), cause);
  }

  private static boolean hasCertificate(@Nullable Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof CertificateException) {
        return true;
      }
    }
    return false;
  }
}
