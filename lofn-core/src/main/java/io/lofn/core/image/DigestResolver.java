package io.lofn.core.image;

import io.lofn.api.ImageUnavailableException;
import io.lofn.api.PullPolicy;
import io.lofn.api.Tool;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.runtime.NodeRuntime;
import io.lofn.spi.ImageDigests;
import io.lofn.spi.ImageReference;
import io.lofn.spi.ImageRequest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Resolves the image of a tool to a digest, on the driver. A problem with that is no failure: a
 * node that runs the tool may have the image nevertheless.
 */
public final class DigestResolver {

  private static final Logger LOG = LoggerFactory.getLogger(DigestResolver.class);

  /**
   * How long not to ask again after repeated failures, such as behind a firewall: jobs would wait
   * for each request.
   */
  private static final Duration PAUSE = Duration.ofMinutes(10);

  private final NodeRuntime runtime;
  private final LofnConfig conf;
  private final LongSupplier nanoClock;
  private final Map<String, Known> known = new ConcurrentHashMap<>();

  @Inject
  DigestResolver(NodeRuntime runtime, LofnConfig conf) {
    this(runtime, conf, System::nanoTime);
  }

  DigestResolver(NodeRuntime runtime, LofnConfig conf, LongSupplier nanoClock) {
    this.runtime = runtime;
    this.conf = conf;
    this.nanoClock = nanoClock;
  }

  /**
   * The result of a request.
   *
   * @param digest the digest, if there was an answer
   * @param failures the number of failures in a row
   * @param since the time of the last failure
   */
  private record Known(Optional<String> digest, int failures, long since) {

    static final Known NOTHING = new Known(Optional.empty(), 0, 0);

    static Known answer(Optional<String> digest) {
      return new Known(digest, 0, 0);
    }

    Known failure(long now) {
      return new Known(Optional.empty(), failures + 1, now);
    }

    /**
     * Returns whether to use this result. After one failure the next job asks again; after more,
     * jobs ask only now and then.
     */
    boolean isEnough(long now) {
      return failures == 0 || (failures > 1 && now - since < PAUSE.toNanos());
    }
  }

  /**
   * Returns the digest of a tool's image. Asks once in the driver's lifetime, unless the image is
   * pulled always, or there was no answer.
   *
   * @return empty if the digest is not known here, or must not be asked for
   */
  public Optional<String> digest(Tool<?, ?> tool) {
    if (!conf.get(LofnConfig.IMAGE_PIN) || tool.imageArchive().isPresent()) {
      return Optional.empty();
    }
    ImageRequest request = ImageRequirement.of(tool, conf, Optional.empty()).request();
    if (request.policy() == PullPolicy.ALWAYS) {
      Known now = ask(request, Known.NOTHING);
      if (now.failures() == 0) {
        known.put(nameOf(request), now);
      }
      return now.digest();
    }
    return known
        .compute(
            nameOf(request), (name, before) -> isEnough(before) ? before : ask(request, before))
        .digest();
  }

  private boolean isEnough(@Nullable Known before) {
    return before != null && before.isEnough(nanoClock.getAsLong());
  }

  private static String nameOf(ImageRequest request) {
    return request.reference() + " " + request.platform();
  }

  private Known ask(ImageRequest request, @Nullable Known before) {
    try {
      if (ImageReference.parse(request.reference()).isImmutable()
          || !(runtime.get().runtime() instanceof ImageDigests digests)) {
        return Known.NOTHING;
      }
      Optional<String> digest = digests.digest(request);
      digest.ifPresent(
          found ->
              LOG.info(
                  "Resolved image {} to {}; all nodes run this digest",
                  request.reference(),
                  found));
      return Known.answer(digest);
    } catch (ImageUnavailableException e) {
      LOG.info(
          "Cannot resolve image {} to a digest; each node uses what its tag stands for there: {}",
          request.reference(),
          e.getMessage());
      return Known.NOTHING;
    } catch (RuntimeException e) {
      LOG.info(
          "Cannot resolve image {} to a digest now; until the next request each node uses what its"
              + " tag stands for there: {}",
          request.reference(),
          e.toString());
      return Objects.requireNonNullElse(before, Known.NOTHING).failure(nanoClock.getAsLong());
    }
  }
}
