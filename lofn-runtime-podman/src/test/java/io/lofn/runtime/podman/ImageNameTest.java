package io.lofn.runtime.podman;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.spi.ImageReference;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImageNameTest {

  @Test
  void looksForShortNamesHereAndInDockersRegistry() {
    assertThat(candidates("busybox"))
        .containsExactly("localhost/busybox:latest", "docker.io/library/busybox:latest");
    assertThat(candidates("a/b:1")).containsExactly("localhost/a/b:1", "docker.io/a/b:1");
  }

  @Test
  void takesFullNamesAsTheyAre() {
    assertThat(candidates("quay.io/a/b:1")).containsExactly("quay.io/a/b:1");
    assertThat(candidates("localhost/b:1")).containsExactly("localhost/b:1");
    assertThat(candidates("docker.io/busybox:1")).containsExactly("docker.io/library/busybox:1");
  }

  @Test
  void keepsDigestsAndIds() {
    String digest = "sha256:" + "a".repeat(64);
    assertThat(candidates("quay.io/b:1@" + digest)).containsExactly("quay.io/b@" + digest);
    assertThat(candidates(digest)).containsExactly("a".repeat(64));
  }

  private static List<String> candidates(String name) {
    return ImageName.candidates(ImageReference.parse(name));
  }
}
