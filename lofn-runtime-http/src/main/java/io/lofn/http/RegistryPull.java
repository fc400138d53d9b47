package io.lofn.http;

import io.lofn.api.EngineException;
import io.lofn.spi.ImageReference;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pulls an image, and repeats that as long as the pull may take if the registry refuses for the
 * number of requests: when the registry wants to be asked again, or with growing pauses where it
 * does not tell.
 */
public final class RegistryPull {

  private static final Logger LOG = LoggerFactory.getLogger(RegistryPull.class);

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(2);

  /** By how much an attempt's own timer may be ahead of the clock. */
  private static final Duration EARLY = Duration.ofMillis(100);

  private static final Pattern RETRY_AFTER =
      Pattern.compile(
          "(?:retry[- ]after[:=]?|(?:try|retry) again (?:in|after))"
              + " *(?:(?<number>\\d{1,9})(?:\\.\\d+)?(?![\\d.-])"
              + " *(?<unit>ns|[µμu]s|ms|h|m(?:in\\w*)?)?|(?<date>[a-z]{3}, [\\w ]+ [\\d:]+ gmt))",
          Pattern.CASE_INSENSITIVE);

  private final RegistryFailures failures;
  private final Supplier<Instant> clock;
  private final Pause pause;
  private final DoubleSupplier spread;

  /** Waits; a test does not. */
  interface Pause {

    void sleep(Duration duration) throws InterruptedException;
  }

  /** Explains by these what a registry answers. */
  public RegistryPull(RegistryFailures failures) {
    this(
        failures,
        Instant::now,
        duration -> Thread.sleep(duration.toMillis()),
        () -> ThreadLocalRandom.current().nextDouble(0.5, 1.5));
  }

  RegistryPull(
      RegistryFailures failures, Supplier<Instant> clock, Pause pause, DoubleSupplier spread) {
    this.failures = failures;
    this.clock = clock;
    this.pause = pause;
    this.spread = spread;
  }

  /**
   * Pulls an image.
   *
   * @param timeout how long it may take with all repetitions
   * @param attempt pulls once, in the time that it is given
   * @throws EngineException the last one, with what to do
   */
  public void pull(ImageReference image, Duration timeout, Consumer<Duration> attempt) {
    Instant end =
        clock
            .get()
            .plus(timeout.compareTo(Duration.ofDays(365)) < 0 ? timeout : Duration.ofDays(365));
    Duration left = timeout;
    EngineException refusal = null;
    for (int attempts = 1; ; attempts++) {
      try {
        attempt.accept(left);
        return;
      } catch (EngineException e) {
        RegistryAnswer answer = RegistryFailures.answer(image, e);
        if (answer == RegistryAnswer.OTHER && refusal != null && isOver(end)) {
          EngineException limited =
              failures.rateLimited(image, refusal, unanswered(attempts, timeout));
          limited.addSuppressed(e);
          throw limited;
        }
        if (answer != RegistryAnswer.RATE_LIMITED) {
          throw failures.explain(image, e);
        }
        refusal = e;
        Duration next = pauseAfter(e, attempts);
        left = Duration.between(clock.get(), end).minus(next);
        if (left.isNegative() || left.isZero()) {
          throw failures.rateLimited(image, e, patience(attempts, next, timeout));
        }
        LOG.warn("{}; the pull is repeated in {} s", e.getMessage(), next.toSeconds());
        sleep(image, next, e);
      }
    }
  }

  private boolean isOver(Instant end) {
    return !clock.get().plus(EARLY).isBefore(end);
  }

  private static String unanswered(int attempts, Duration timeout) {
    return "attempt %d got no answer before the end of spark.lofn.image.pullTimeout, %s"
        .formatted(attempts, EngineErrors.seconds(timeout));
  }

  private static String patience(int attempts, Duration next, Duration timeout) {
    return "attempt %d; the next one, in %s, would exceed spark.lofn.image.pullTimeout, %s"
        .formatted(attempts, EngineErrors.seconds(next), EngineErrors.seconds(timeout));
  }

  private Duration pauseAfter(EngineException failure, int attempts) {
    return retryAfter(String.valueOf(failure.getMessage()), clock.get())
        .orElseGet(
            () -> {
              Duration doubled = FIRST_PAUSE.multipliedBy(1L << Math.min(attempts - 1, 10));
              Duration next = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
              return Duration.ofMillis((long) (next.toMillis() * spread.getAsDouble()));
            });
  }

  /** When the registry wants to be asked again, if the engine passes it on. */
  static Optional<Duration> retryAfter(String message, Instant now) {
    Matcher found = RETRY_AFTER.matcher(message);
    if (!found.find()) {
      return Optional.empty();
    }
    if (found.group("number") != null) {
      return ofGo(Long.parseLong(found.group("number")), found.group("unit"));
    }
    try {
      Instant then =
          Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(found.group("date").strip()));
      Duration until = Duration.between(now, then);
      return Optional.of(until.toSeconds() < 1 ? Duration.ofSeconds(1) : until);
    } catch (DateTimeException notADate) {
      return Optional.empty();
    }
  }

  /** A number of seconds, or a duration as Go writes it; one below a second says nothing. */
  private static Optional<Duration> ofGo(long number, @Nullable String unit) {
    if (unit == null) {
      return Optional.of(Duration.ofSeconds(Math.max(1, number)));
    }
    return switch (unit.toLowerCase(Locale.ROOT).charAt(0)) {
      case 'h' -> Optional.of(Duration.ofHours(number));
      case 'm' ->
          unit.equalsIgnoreCase("ms") ? Optional.empty() : Optional.of(Duration.ofMinutes(number));
      default -> Optional.empty();
    };
  }

  private void sleep(ImageReference image, Duration duration, EngineException failure) {
    try {
      pause.sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      EngineException interrupted =
          new EngineException(
              "The pull of image %s:%s was interrupted while the registry limited pulls"
                  .formatted(image.repository(), image.tagOrDigest()),
              e);
      interrupted.addSuppressed(failure);
      throw interrupted;
    }
  }
}
