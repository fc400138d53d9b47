package io.lofn.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.spi.ImageReference;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pulls that a registry puts off, with a clock that only pauses move. */
class RegistryPullTest {

  private static final ImageReference IMAGE = ImageReference.parse("reg.example/x:2");
  private static final Instant BEGIN = Instant.parse("2026-10-21T07:28:00Z");
  private static final String LIMITED = "status 429: toomanyrequests: slow down";
  private static final String NO_ANSWER = "gave no answer";

  private final Deque<String> answers = new ArrayDeque<>();
  private final List<Duration> pauses = new ArrayList<>();
  private final List<Duration> left = new ArrayList<>();
  private Instant now = BEGIN;

  private void pull(Duration timeout, String... failures) {
    answers.addAll(List.of(failures));
    new RegistryPull(RegistryFailures.of("docker login"), () -> now, this::pause, () -> 1.0)
        .pull(IMAGE, timeout, this::attempt);
  }

  private void attempt(Duration time) {
    left.add(time);
    String failure = answers.poll();
    if (NO_ANSWER.equals(failure)) {
      now = now.plus(time);
    }
    if (failure != null) {
      throw EngineException.transientFailure(failure, new IOException(failure));
    }
  }

  private void pause(Duration duration) {
    pauses.add(duration);
    now = now.plus(duration);
  }

  @Test
  void aPullThatSucceedsIsMadeOnce() {
    pull(Duration.ofMinutes(30));
    assertThat(left).containsExactly(Duration.ofMinutes(30));
    assertThat(pauses).isEmpty();
  }

  @Test
  void waitsAsLongAsTheRegistrySays() {
    pull(
        Duration.ofMinutes(30),
        LIMITED + " (Retry-After: 40)",
        LIMITED + ", retry after 7 seconds",
        LIMITED + ". Please try again in 3 s",
        LIMITED + " (Retry-After: Wed, 21 Oct 2026 07:30:00 GMT)",
        LIMITED + " (Retry-After: 0)");
    assertThat(pauses.stream().map(Duration::toSeconds)).containsExactly(40L, 7L, 3L, 70L, 1L);
    assertThat(left).last().isEqualTo(Duration.ofMinutes(30).minusSeconds(121));
  }

  @Test
  void pausesGrowWhereTheRegistryDoesNotSay() {
    pull(Duration.ofHours(1), LIMITED, LIMITED, LIMITED, LIMITED, LIMITED, LIMITED, LIMITED);
    assertThat(pauses.stream().map(Duration::toSeconds))
        .containsExactly(5L, 10L, 20L, 40L, 80L, 120L, 120L);
  }

  @Test
  void endsWithinTheTimeOfThePullForGoodAndSaysWhatToDo() {
    String[] always = new String[20];
    Arrays.fill(always, LIMITED);
    assertThatThrownBy(() -> pull(Duration.ofMinutes(1), always))
        .isInstanceOfSatisfying(EngineException.class, e -> assertThat(e.isTransient()).isFalse())
        .hasMessage(
            LIMITED
                + " (attempt 4; the next one, in 40 s, would exceed spark.lofn.image.pullTimeout,"
                + " 60 s). reg.example limits how many images may be pulled. Log in ('docker login'"
                + " on this node stores credentials), set up a mirror of the registry for the"
                + " engine, or load the image from a file with Tool.imageArchive");
    assertThat(pauses.stream().map(Duration::toSeconds)).containsExactly(5L, 10L, 20L);
  }

  @Test
  void anAttemptWithoutAnAnswerAfterARefusalIsStillTheRefusalWhenTheTimeIsOver() {
    assertThatThrownBy(() -> pull(Duration.ofSeconds(16), LIMITED, LIMITED, NO_ANSWER))
        .isInstanceOfSatisfying(EngineException.class, e -> assertThat(e.isTransient()).isFalse())
        .hasMessageStartingWith(
            LIMITED
                + " (attempt 3 got no answer before the end of spark.lofn.image.pullTimeout, 16 s)."
                + " reg.example limits how many images may be pulled.")
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    assertThat(left).last().isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void anAttemptWithoutAnAnswerIsTransientWhereNoRegistryRefusedOrTimeIsLeft() {
    assertThatThrownBy(() -> pull(Duration.ofSeconds(16), NO_ANSWER))
        .isInstanceOfSatisfying(EngineException.class, e -> assertThat(e.isTransient()).isTrue())
        .hasMessage(NO_ANSWER);
    assertThatThrownBy(() -> pull(Duration.ofMinutes(16), LIMITED, "engine went away"))
        .isInstanceOfSatisfying(EngineException.class, e -> assertThat(e.isTransient()).isTrue())
        .hasMessage("engine went away");
  }

  @Test
  void doesNotWaitAtAllForARegistryThatWantsMoreThanIsLeft() {
    assertThatThrownBy(() -> pull(Duration.ofMinutes(1), LIMITED + " (Retry-After: 3600)"))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("attempt 1; the next one, in 3600 s");
    assertThat(pauses).isEmpty();
  }

  @Test
  void everyOtherFailureIsExplainedAtOnce() {
    assertThatThrownBy(
            () -> pull(Duration.ofMinutes(1), LIMITED, "server gave HTTP response to HTTPS client"))
        .isInstanceOf(ImageUnavailableException.class);
    assertThatThrownBy(() -> pull(Duration.ofMinutes(1), "connection refused"))
        .isInstanceOfSatisfying(EngineException.class, e -> assertThat(e.isTransient()).isTrue())
        .hasMessage("connection refused");
    assertThat(pauses).hasSize(1);
  }

  @Test
  void anInterruptEndsTheWait() {
    RegistryPull pull =
        new RegistryPull(
            RegistryFailures.of("docker login"),
            () -> now,
            duration -> {
              throw new InterruptedException();
            },
            () -> 1.0);
    answers.add(LIMITED);
    assertThatThrownBy(() -> pull.pull(IMAGE, Duration.ofMinutes(1), this::attempt))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("reg.example/x:2 was interrupted");
    assertThat(Thread.interrupted()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "retry-after: 17, 17",
    "retry after 1.5, 1",
    "try again in 5 minutes, 300",
    "retry-after: 2m30s, 120",
    "retry-after: 1h, 3600",
    "'retry-after: 30s', 30"
  })
  void aPauseHasTheUnitThatTheRegistryWrites(String said, long seconds) {
    assertThat(RegistryPull.retryAfter("toomanyrequests: " + said, Instant.EPOCH))
        .contains(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @ValueSource(strings = {"985.86µs, allowed: 44000/minute", "12ms", "300ns"})
  void aPauseBelowASecondLeavesTheGrowingPauses(String said) {
    assertThat(RegistryPull.retryAfter("toomanyrequests: retry-after: " + said, Instant.EPOCH))
        .isEmpty();
  }

  @Test
  void anAnswersHeaderIsPartOfTheMessage() {
    EngineErrors errors = new PlainErrors();
    EngineException failure =
        errors.of("pull", new EngineAnswerException(429, "toomanyrequests", "17"));
    assertThat(failure)
        .hasMessage("Engine could not pull: status 429: toomanyrequests (Retry-After: 17)");
    assertThat(RegistryPull.retryAfter(String.valueOf(failure.getMessage()), now))
        .contains(Duration.ofSeconds(17));
  }
}
