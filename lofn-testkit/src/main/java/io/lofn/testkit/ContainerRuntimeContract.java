package io.lofn.testkit;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.ImageUnavailableException;
import io.lofn.api.PullPolicy;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ImageArchives;
import io.lofn.spi.ImageConfig;
import io.lofn.spi.ImageRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link ContainerRuntime} does. A runtime's own test extends it:
 *
 * <pre>{@code
 * class MyRuntimeIT extends ContainerRuntimeContract {
 *   @Override
 *   protected ContainerRuntime createRuntime() {
 *     return new MyRuntimeProvider().create(RuntimeConfig.of(Map.of()));
 *   }
 * }
 * }</pre>
 *
 * <p>One runtime serves all tests of a class. Each test leaves no container behind, and none takes
 * longer than two minutes.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 120, unit = SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class ContainerRuntimeContract
    implements CommandContract,
        StreamsContract,
        DirectStreamsContract,
        MountsContract,
        LifecycleContract,
        ListingContract,
        ImagesContract,
        IsolationContract,
        DevicesContract,
        UsageContract,
        WorldContract {

  private @Nullable ContainerLab lab;

  /**
   * Makes the runtime under test, or another one like it. The contract closes it.
   *
   * @return a new runtime
   */
  protected abstract ContainerRuntime createRuntime() throws Exception;

  /**
   * The image that the tests use: with a shell that is its command, the usual Unix programs, root
   * as its user, and no entrypoint. It must be present or pullable.
   *
   * @return {@code busybox:1} unless overridden
   */
  protected String image() {
    return "busybox:1";
  }

  /**
   * In what a tool finds another world by the runtime under test than by the others.
   *
   * @return nothing unless overridden
   * @throws Exception if it cannot be told
   */
  protected Set<Difference> differences() throws Exception {
    return Set.of();
  }

  /**
   * Makes an image with a configuration known to the runtime under test. The image has a busybox, a
   * file {@code /opt/data/of-image}, and a link {@code /opt/link} to {@code data}. It stays on the
   * node, under a name that is the same for the same configuration.
   *
   * <p>A runtime that loads archives of images is given one, which is made of the node's static
   * {@code /bin/busybox}; another one overrides this, or has images that say nothing.
   *
   * @param runtime the runtime
   * @param config what the image shall say
   * @return the image's name; empty: images of this runtime say nothing of their containers
   * @throws Exception if it cannot be made
   */
  protected Optional<String> configuredImage(ContainerRuntime runtime, ImageConfig config)
      throws Exception {
    if (!(runtime instanceof ImageArchives archives)) {
      return Optional.empty();
    }
    String name = TestImage.name(config);
    try {
      runtime.prepare(ImageRequest.of(name).policy(PullPolicy.NEVER));
    } catch (ImageUnavailableException absent) {
      Path work = Files.createTempDirectory("lofn-testkit-image-");
      try {
        archives.load(TestImage.archive(work, config), ContainerLab.SOON);
      } finally {
        LocalProcessFiles.delete(work);
      }
    }
    return Optional.of(name);
  }

  /**
   * Starts containers, for a runtime's tests of its own.
   *
   * @return the lab
   */
  @Override
  public final ContainerLab lab() {
    return Objects.requireNonNull(lab, "the runtime could not be created");
  }

  @BeforeAll
  @Timeout(value = 120, unit = SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  final void openLab() throws Exception {
    lab = new ContainerLab(this::createRuntime, image(), this::configuredImage, differences());
  }

  @AfterEach
  @Timeout(value = 120, unit = SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  final void leavesNoContainerBehind() {
    lab().assertNothingLeft();
  }

  @AfterAll
  @Timeout(value = 120, unit = SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  final void closeRuntime() {
    if (lab != null) {
      lab.assertNothingLeft();
      lab.runtime().close();
      lab.runtime().close();
    }
  }

  @Test
  final void namesItsEngine() {
    assertThat(lab().runtime().engine()).isNotBlank().doesNotContain("\n");
  }
}
