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
 * The tests that every {@link ContainerRuntime} must pass. The test class of a runtime extends it:
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
   * Creates the runtime under test, or another one like it. The contract closes it.
   *
   * @return a new runtime
   */
  protected abstract ContainerRuntime createRuntime() throws Exception;

  /**
   * Returns the image of the tests. Its command is a shell, it has the usual Unix programs, its
   * user is root, and it has no entrypoint. It must be present or pullable.
   *
   * @return {@code busybox:1} unless overridden
   */
  protected String image() {
    return "busybox:1";
  }

  /**
   * Returns in which respects the environment of a tool differs from that of the other runtimes.
   *
   * @return nothing unless overridden
   * @throws Exception if the differences cannot be determined
   */
  protected Set<Difference> differences() throws Exception {
    return Set.of();
  }

  /**
   * Creates an image with a configuration, and makes it available to the runtime under test. The
   * image has a busybox, a file {@code /opt/data/of-image}, and a link {@code /opt/link} to {@code
   * data}. It stays on the node, under a name that depends only on the configuration.
   *
   * <p>For a runtime that loads archives of images, the default creates one from the node's static
   * {@code /bin/busybox}. Other runtimes override this, or have images without a configuration.
   *
   * @param runtime the runtime
   * @param config the configuration of the image
   * @return the image's name; empty if images of this runtime have no configuration
   * @throws Exception if it cannot be created
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
   * Returns the lab, which starts containers for additional tests of a runtime.
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
