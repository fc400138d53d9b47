package io.lofn.runtime.embedded.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.spi.ImageReference;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SourcesTest {

  private static List<String> addresses(String mirrors, String insecure, String image) {
    return Sources.parse(Optional.of(mirrors), Optional.of(insecure))
        .of(ImageReference.parse(image))
        .stream()
        .map(each -> each.url("manifests", each.asked().tagOrDigest()).toString())
        .toList();
  }

  @ParameterizedTest
  @CsvSource({
    "busybox, https://registry-1.docker.io/v2/library/busybox/manifests/latest",
    "docker.io/busybox:1, https://registry-1.docker.io/v2/library/busybox/manifests/1",
    "index.docker.io/a/b:1, https://registry-1.docker.io/v2/a/b/manifests/1",
    "quay.io/a/b/c:1, https://quay.io/v2/a/b/c/manifests/1",
    "reg:5000/a:1, https://reg:5000/v2/a/manifests/1",
    "[::1]:5000/a:1, https://[::1]:5000/v2/a/manifests/1",
    "localhost/a:1, https://localhost/v2/a/manifests/1",
    "plain:80/a:1, http://plain/v2/a/manifests/1",
    "any.port/a:1, http://any.port/v2/a/manifests/1",
    "any.port:81/a:1, http://any.port:81/v2/a/manifests/1"
  })
  void anImageIsAskedForWhereDockerWouldAsk(String image, String address) {
    assertThat(addresses("", "plain:80, any.port", image)).containsExactly(address);
  }

  @Test
  void mirrorsAreThoseOfTheImagesRegistry() {
    String mirrors = "one.example, quay.io=two.example:5000/quay/ , docker.io=three.example/a/b";
    assertThat(addresses(mirrors, "", "x/y:1"))
        .containsExactly(
            "https://one.example/v2/x/y/manifests/1",
            "https://three.example/v2/a/b/x/y/manifests/1",
            "https://registry-1.docker.io/v2/x/y/manifests/1");
    assertThat(addresses(mirrors, "two.example", "quay.io/y:1"))
        .containsExactly(
            "http://two.example:5000/v2/quay/y/manifests/1", "https://quay.io/v2/y/manifests/1");
    assertThat(addresses(mirrors, "", "other.example/y:1")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://a", "a b", "a=b=c", "=a", "a/B", "a?x", "u:p@a"})
  void whatIsNoMirrorIsRefused(String mirror) {
    assertThatThrownBy(() -> addresses("good, " + mirror, "", "a:1"))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("spark.lofn.embedded.mirrors has '" + mirror + "'");
  }

  @Test
  void aHostThatIsNoneIsNamed() {
    assertThatThrownBy(() -> addresses("", "", "a.b:99999/c:1"))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("'a.b:99999' is not a host");
  }
}
