package io.lofn.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * What a registry wants to know. Not printed.
 *
 * @param user empty with a token
 * @param password empty with a token
 * @param token or empty
 */
public record Credentials(String user, String password, String token) {

  /** As the header {@code X-Registry-Auth} carries them. */
  public String header() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    if (token.isEmpty()) {
      json.put("username", user).put("password", password);
    } else {
      json.put("identitytoken", token);
    }
    byte[] bytes = json.toString().getBytes(StandardCharsets.UTF_8);
    return Base64.getUrlEncoder().encodeToString(bytes);
  }

  @Override
  public String toString() {
    return "Credentials";
  }
}
