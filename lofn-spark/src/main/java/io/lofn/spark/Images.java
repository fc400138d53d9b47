package io.lofn.spark;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.common.util.concurrent.UncheckedExecutionException;
import io.lofn.api.PullPolicy;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.PreparedImage;
import jakarta.inject.Inject;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

/** Prepares each image once per executor, whatever the number of tasks that ask for it at once. */
final class Images {

  private static final int MOST_IMAGES = 1000;

  private final Cache<Key, PreparedImage> prepared =
      CacheBuilder.newBuilder().maximumSize(MOST_IMAGES).build();

  @Inject
  Images() {}

  /**
   * Makes an image present, by asking the runtime unless it did so before.
   *
   * @param stage the stage that asks; an image that is always to be pulled is pulled for each
   */
  PreparedImage prepare(SelectedRuntime selected, ImageRequest request, int stage) {
    try {
      return prepared.get(Key.of(request, stage), () -> selected.runtime().prepare(request));
    } catch (UncheckedExecutionException e) {
      throw (RuntimeException) e.getCause();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  /** Forgets an image that the engine turned out not to have any more. */
  void forget(ImageRequest request, int stage) {
    prepared.invalidate(Key.of(request, stage));
  }

  private record Key(String reference, PullPolicy policy, Optional<String> platform, int stage) {

    static Key of(ImageRequest request, int stage) {
      boolean everyStage = request.policy() == PullPolicy.ALWAYS;
      return new Key(
          request.reference(), request.policy(), request.platform(), everyStage ? stage : -1);
    }
  }
}
