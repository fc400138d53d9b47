package io.lofn.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.api.PullPolicy;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ImageArchives;
import io.lofn.spi.ImageConfig;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.PreparedImage;
import io.lofn.spi.RuntimeFeature;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Images: present, missing, misspelt. */
interface ImagesContract extends Topic {

  /** An image that no registry has: the domain {@code invalid} never resolves. */
  String MISSING = "missing.invalid/lofn/no-such-image:1";

  /** A difficult configuration: names that no shell allows, values that a parser would change. */
  ImageConfig CONFIG =
      ImageConfig.empty()
          .environment(
              List.of(
                  "PATH=/usr/bin:/bin",
                  "spring.main.banner-mode=off",
                  "FOO-BAR=two  words ",
                  "LOFN_EQUALS=a=b=c",
                  "LOFN_QUOTED='it' \"is\" $HOME \\\\n",
                  "LOFN_EMPTY="))
          .volumes(List.of("/opt/data", "/data, and: more"))
          .workingDirectory("/opt")
          .entrypoint(List.of("/bin/echo", "two words", "\"quoted\""))
          .command(List.of("it's", "$HOME"))
          .user("12:34")
          .stopSignal("SIGUSR1");

  @Test
  default void tellsWhatAnImageSaysOfItsContainers() throws Exception {
    Optional<PreparedImage> image = lab().image(CONFIG);
    if (image.isEmpty()) {
      assertThat(lab().image().config()).isEqualTo(ImageConfig.empty());
      return;
    }
    ImageConfig told = image.get().config();
    assertThat(told.environment()).containsExactlyEntriesOf(CONFIG.environment());
    assertThat(told.workingDirectory()).isIn(CONFIG.workingDirectory(), Optional.empty());
    assertThat(told.volumes()).isIn(CONFIG.volumes(), List.of());
    // A runtime reports the configuration as it is, or leaves parts out.
    boolean whole = lab().runtime() instanceof ImageArchives;
    assertTold(told.entrypoint(), CONFIG.entrypoint(), List.of(), whole);
    assertTold(told.command(), CONFIG.command(), List.of(), whole);
    assertTold(told.user(), CONFIG.user(), Optional.empty(), whole);
    assertTold(told.stopSignal(), CONFIG.stopSignal(), Optional.empty(), whole);
    // The same for an image that was there before.
    assertThat(lab().runtime().prepare(ImageRequest.of(image.get().reference())))
        .isEqualTo(image.get());
  }

  private static void assertTold(Object told, Object expected, Object nothing, boolean whole) {
    assertThat(told).isIn(expected, whole ? expected : nothing);
  }

  @Test
  default void runsWhatIsToldOfTheImagesCommand() throws Exception {
    Optional<PreparedImage> image = lab().image(CONFIG);
    if (image.isEmpty() || lab().isUnsupported(RuntimeFeature.IMAGE_COMMAND)) {
      // The image has no command to run.
      assertThat(lab().image().config().entrypoint()).isEmpty();
      return;
    }
    ImageConfig told = image.get().config();
    Outcome own = lab().run(lab().command(image.get()));
    Outcome given =
        lab().run(lab().command(image.get()).arguments(List.of("in place of", "the command")));

    assertThat(told.entrypoint()).isEqualTo(CONFIG.entrypoint());
    assertThat(own.stdout()).isEqualTo("two words \"quoted\" it's $HOME\n");
    assertThat(given.stdout()).isEqualTo("two words \"quoted\" in place of the command\n");
  }

  @Test
  default void givesToolsWhatIsToldOfTheirImage() throws Exception {
    PreparedImage image = lab().image(CONFIG).orElse(lab().image());

    Outcome environment = lab().run(lab().command(image, "env"));
    Outcome directory = lab().run(lab().command(image, "pwd"));
    Outcome mounts = lab().run(lab().command(image, "cat", "/proc/self/mounts"));

    assertThat(environment.stdout().lines())
        .containsAll(
            image.config().environment().entrySet().stream().map(Object::toString).toList());
    // A directory that is not reported must not exist.
    assertThat(directory.stdout().equals("/opt\n"))
        .as("starts in %s", directory.stdout())
        .isEqualTo(image.config().workingDirectory().equals(CONFIG.workingDirectory()));
    for (String volume : CONFIG.volumes()) {
      assertThat(mounts.stdout().contains(" " + volume.replace(" ", "\\040") + " "))
          .as("a volume at %s in %s", volume, mounts.stdout())
          .isEqualTo(image.config().volumes().contains(volume));
    }
  }

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
