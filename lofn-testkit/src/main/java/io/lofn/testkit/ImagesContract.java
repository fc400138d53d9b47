package io.lofn.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.api.PullPolicy;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.PreparedImage;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Images: present, missing, misspelt. */
interface ImagesContract extends Topic {

  /** An image that no registry has: the domain {@code invalid} never resolves. */
  String MISSING = "missing.invalid/lofn/no-such-image:1";

  @ParameterizedTest
  @EnumSource(names = {"MISSING", "NEVER"})
  default void preparesAPresentImageAlwaysTheSameWay(PullPolicy policy) throws Exception {
    ImageRequest request = ImageRequest.of(lab().image().reference()).policy(policy);
    PreparedImage image = lab().runtime().prepare(request);
    assertThat(image.reference()).isEqualTo(request.reference());
    assertThat(image.id()).isNotBlank().isEqualTo(lab().image().id());
    assertThat(lab().runtime().prepare(request)).isEqualTo(image);
  }

  @ParameterizedTest
  @EnumSource(names = {"MISSING", "NEVER", "ALWAYS"})
  default void saysWhichImageCannotBeHad(PullPolicy policy) {
    ImageRequest request =
        ImageRequest.of(MISSING).policy(policy).pullTimeout(Duration.ofSeconds(60));
    assertThatThrownBy(() -> lab().runtime().prepare(request))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessageContaining(MISSING);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "two words", "/", ""})
  default void refusesWhatIsNoNameOfAnImage(String reference) {
    for (PullPolicy policy : List.of(PullPolicy.NEVER, PullPolicy.MISSING)) {
      assertThatThrownBy(() -> lab().runtime().prepare(ImageRequest.of(reference).policy(policy)))
          .isInstanceOf(EngineException.class);
    }
  }

  @Test
  default void doesNotStartAnImageThatIsNotThere() {
    lab()
        .assertRefused(
            ContainerSpec.builder(lab().newName(), MISSING)
                .command(List.of("true"))
                .settings(lab().settings().build()));
  }
}
