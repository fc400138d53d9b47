package io.lofn.core.image;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.common.util.concurrent.UncheckedExecutionException;
import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.api.PullPolicy;
import io.lofn.core.node.NodeLocks;
import io.lofn.core.runtime.SelectedRuntime;
import io.lofn.core.storage.VolumeStaging;
import io.lofn.core.task.RunMetrics;
import io.lofn.spi.ImageArchives;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.PreparedImage;
import io.lofn.spi.StagedVolume;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prepares each image once per executor, however many tasks ask for it at once. Only one executor
 * of a node pulls or loads an image at a time.
 */
public final class ImagePreparer {

  private static final Logger LOG = LoggerFactory.getLogger(ImagePreparer.class);
  private static final int MOST_IMAGES = 1000;

  private final Cache<Key, PreparedImage> prepared =
      CacheBuilder.newBuilder().maximumSize(MOST_IMAGES).build();
  private final VolumeStaging volumes;
  private final NodeLocks locks;
  private final RunMetrics metrics;

  @Inject
  ImagePreparer(VolumeStaging volumes, NodeLocks locks, RunMetrics metrics) {
    this.volumes = volumes;
    this.locks = locks;
    this.metrics = metrics;
  }

  /**
   * Makes an image present: asks the runtime, unless it has already done so.
   *
   * @param stage the stage that asks; an image that is always pulled is pulled once for each stage
   */
  public PreparedImage prepare(SelectedRuntime selected, ImageRequirement need, int stage) {
    try {
      return prepared.get(Key.of(selected, need, stage), () -> provide(selected, need));
    } catch (UncheckedExecutionException e) {
      throw own((RuntimeException) e.getCause());
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  /** Returns an image that was made present before; does not wait. */
  public Optional<PreparedImage> prepared(
      SelectedRuntime selected, ImageRequirement need, int stage) {
    return Optional.ofNullable(prepared.getIfPresent(Key.of(selected, need, stage)));
  }

  /** Returns a copy for one of the tasks that have waited for the same pull: each adds its run. */
  private static RuntimeException own(RuntimeException shared) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(shared);
    } catch (IOException e) {
      return shared;
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (RuntimeException) in.readObject();
    } catch (IOException | ClassNotFoundException e) {
      return shared;
    }
  }

  /** Forgets an image that the engine does not have any more. */
  public void forget(SelectedRuntime selected, ImageRequirement need, int stage) {
    prepared.invalidate(Key.of(selected, need, stage));
  }

  private PreparedImage provide(SelectedRuntime selected, ImageRequirement need) {
    ImageRequest wanted = need.pinned().orElse(need.request());
    if (!need.mayChange()) {
      Optional<PreparedImage> present = find(selected, wanted);
      if (present.isPresent()) {
        return present.get();
      }
    }
    try (NodeLocks.Held held = queue(selected, wanted);
        RunMetrics.Timing pull = metrics.pull()) {
      if (need.archive().isPresent()) {
        return load(selected, wanted, need.archive().get());
      }
      return need.digest().isPresent()
          ? pull(selected, wanted, need.request().digest(need.digest().get()))
          : selected.runtime().prepare(wanted);
    }
  }

  private NodeLocks.Held queue(SelectedRuntime selected, ImageRequest wanted) {
    try (RunMetrics.Timing queue = metrics.queue()) {
      return locks.hold(selected.name() + " image " + wanted.reference(), wanted.pullTimeout());
    }
  }

  /**
   * Pulls an image whose digest is known. Pulls by the tag first, so that the node has the tag too,
   * as users of the node and later jobs expect; pulls by the digest if the tag has moved since. A
   * runtime that can gives the digest the tag, and asks the registry for no tag.
   */
  private static PreparedImage pull(
      SelectedRuntime selected, ImageRequest pinned, ImageRequest tagged) {
    Optional<PreparedImage> present = find(selected, pinned);
    if (present.isPresent()) {
      return present.get();
    }
    if (tagged.policy() != PullPolicy.NEVER) {
      selected.runtime().prepare(tagged.policy(PullPolicy.ALWAYS));
    }
    return selected.runtime().prepare(pinned);
  }

  private static Optional<PreparedImage> find(SelectedRuntime selected, ImageRequest request) {
    try {
      return Optional.of(selected.runtime().prepare(request.policy(PullPolicy.NEVER)));
    } catch (ImageUnavailableException absent) {
      return Optional.empty();
    }
  }

  private PreparedImage load(SelectedRuntime selected, ImageRequest request, URI archive) {
    Optional<PreparedImage> present = find(selected, request);
    if (present.isPresent()) {
      return present.get();
    }
    if (!(selected.runtime() instanceof ImageArchives archives)) {
      throw new EngineException(
          "The runtime %s does not support image archives; the image %s must already be on the node"
              .formatted(selected, request.reference()));
    }
    try (StagedVolume file = volumes.stage(archive)) {
      LOG.info("Loading the image archive {} for {}", archive, request.reference());
      archives.load(file.path(), request.pullTimeout());
    }
    return find(selected, request)
        .orElseThrow(
            () ->
                new ImageUnavailableException(
                    "The image archive %s was loaded by %s, but has no image %s; name the image as the archive does"
                        .formatted(archive, selected, request.reference())));
  }

  private record Key(String runtime, ImageRequirement need, int stage) {

    static Key of(SelectedRuntime selected, ImageRequirement need, int stage) {
      return new Key(selected.name(), need, need.mayChange() ? stage : -1);
    }
  }
}
