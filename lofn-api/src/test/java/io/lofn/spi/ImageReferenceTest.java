package io.lofn.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.ImageUnavailableException;
import io.lofn.api.Printable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageReferenceTest {

  private static final String HEX =
      "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

  @ParameterizedTest
  @CsvSource({
    "busybox, busybox, latest, docker.io",
    "busybox:1, busybox, 1, docker.io",
    "lofn/debian:12, lofn/debian, 12, docker.io",
    "docker.io/library/busybox:1.36-musl, docker.io/library/busybox, 1.36-musl, docker.io",
    "registry.example.org/a/b/c, registry.example.org/a/b/c, latest, registry.example.org",
    "host:5000/x, host:5000/x, latest, host:5000",
    "host:5000/x:y, host:5000/x, y, host:5000",
    "127.0.0.1:5000/a/x:y, 127.0.0.1:5000/a/x, y, 127.0.0.1:5000",
    "[::1]:5000/x:y, [::1]:5000/x, y, [::1]:5000",
    "localhost/x, localhost/x, latest, localhost",
    "Example/x:1, Example/x, 1, Example",
    "a__b/c-d/e.f_g, a__b/c-d/e.f_g, latest, docker.io"
  })
  void isTakenApart(String name, String repository, String tag, String registry) {
    assertThat(ImageReference.parse(name))
        .isEqualTo(new ImageReference(repository, tag, registry, false));
  }

  @Test
  void prefersTheDigestToTheTag() {
    String digest = "sha256:" + HEX;
    assertThat(ImageReference.parse("host:5000/x@" + digest))
        .isEqualTo(new ImageReference("host:5000/x", digest, "host:5000", false));
    assertThat(ImageReference.parse("x:1@" + digest))
        .isEqualTo(new ImageReference("x", digest, "docker.io", false));
  }

  @Test
  void knowsWhichNamesAlwaysStandForTheSameBytes() {
    assertThat(ImageReference.parse("host:5000/x@sha256:" + HEX).isImmutable()).isTrue();
    assertThat(ImageReference.parse(HEX).isImmutable()).isTrue();
    assertThat(ImageReference.parse("host:5000/x:1").isImmutable()).isFalse();
    assertThat(ImageReference.parse("x").isImmutable()).isFalse();
  }

  @Test
  void knowsAnIdWhenItSeesOne() {
    assertThat(ImageReference.parse("sha256:" + HEX).isId()).isTrue();
    assertThat(ImageReference.parse(HEX).isId()).isTrue();
    assertThat(ImageReference.parse(HEX.substring(1)).isId()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "/",
        "--help",
        "two words",
        "Upper",
        "a/Upper",
        "x:",
        "x:-tag",
        "x@sha256:123",
        "x@",
        "http://host/x",
        "x/",
        "/x",
        "a//b",
        "x:1:2",
        "x\n"
      })
  void refusesWhatIsNoName(String name) {
    assertThatThrownBy(() -> ImageReference.parse(name))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessageContaining("'" + Printable.line(name) + "'");
  }
}
