package io.lofn.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpHeadTest {

  @Test
  void stopsBeforeTheBytesThatFollow() throws IOException {
    InputStream in = bytes("HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\n\1\0\0");
    HttpHead head = HttpHead.read(in);
    assertThat(head.status()).isEqualTo(101);
    assertThat(head.header("upgrade")).contains("tcp");
    assertThat(in.readAllBytes()).containsExactly(1, 0, 0);
  }

  @Test
  void readsTheBodyOfAnError() throws IOException {
    InputStream in = bytes("HTTP/1.1 404 Not Found\r\ncontent-LENGTH: 4\r\n\r\ngonemore");
    assertThat(HttpHead.read(in).body(in)).isEqualTo("gone");
  }

  @Test
  void hasNoBodyWithoutALength() throws IOException {
    InputStream in = bytes("HTTP/1.0 500\n\nmore");
    HttpHead head = HttpHead.read(in);
    assertThat(head.status()).isEqualTo(500);
    assertThat(head.body(in)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "HTTP/1.1 200 OK\r\nA: b\r\n",
        "SSH-2.0-OpenSSH\r\n\r\n",
        "HTTP/1.1 2x0\r\n\r\n"
      })
  void refusesWhatIsNoAnswer(String text) {
    assertThatThrownBy(() -> HttpHead.read(bytes(text))).isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"HTTP/1.1 200 OK\r\nA: b\r\n", "HTTP/1.1 200 OK\r\n"})
  void holdsNoMoreOfAnEndlessHeadThanAnyNeeds(String beginning) throws IOException {
    int length = 1 << 22;
    InputStream endless = bytes(beginning + "A: b\n".repeat(length / 5));

    assertThatThrownBy(() -> HttpHead.read(endless)).isInstanceOf(ProtocolException.class);
    assertThat(endless.available()).isGreaterThan(length / 2);
  }

  private static InputStream bytes(String text) {
    return new ByteArrayInputStream(text.getBytes(UTF_8));
  }
}
