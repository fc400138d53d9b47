package io.lofn.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.ContainerSettings;
import io.lofn.api.EngineException;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ContainerSummary;
import io.lofn.spi.ImageConfig;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.PreparedImage;
import io.lofn.spi.RunningContainer;
import io.lofn.spi.RuntimeFeature;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Starts containers for tests of a runtime. Every container has a label that is unique to this lab,
 * so that one which is left behind is found. Thread-safe.
 */
public final class ContainerLab {

  /** The time limit for everything that should happen at once. */
  public static final Duration SOON = Duration.ofSeconds(30);

  private static final String LABEL = "io.lofn.testkit.lab";

  private final Callable<ContainerRuntime> factory;
  private final ContainerRuntime runtime;
  private final PreparedImage image;
  private final ImageMaker maker;
  private final Set<Difference> differences;
  private final String id = UUID.randomUUID().toString();
  private final AtomicInteger names = new AtomicInteger();

  ContainerLab(
      Callable<ContainerRuntime> factory,
      String image,
      ImageMaker maker,
      Set<Difference> differences)
      throws Exception {
    this.factory = factory;
    this.differences = Set.copyOf(differences);
    this.maker = maker;
    this.runtime = factory.call();
    this.image = runtime.prepare(ImageRequest.of(image));
  }

  /**
   * Returns the runtime under test.
   *
   * @return the runtime
   */
  public ContainerRuntime runtime() {
    return runtime;
  }

  /** Creates another runtime like the one under test. */
  ContainerRuntime newRuntime() throws Exception {
    return factory.call();
  }

  /**
   * Returns the image of the lab's containers.
   *
   * @return the image, prepared
   */
  public PreparedImage image() {
    return image;
  }

  /**
   * Returns an image with a configuration.
   *
   * @param config its configuration
   * @return the image, prepared; empty where images have no configuration
   */
  Optional<PreparedImage> image(ImageConfig config) throws Exception {
    return maker.make(runtime, config).map(name -> runtime.prepare(ImageRequest.of(name)));
  }

  /**
   * Returns the label of all containers of this lab.
   *
   * @return its name and value
   */
  public Map<String, String> label() {
    return Map.of(LABEL, id);
  }

  /**
   * Returns settings with the lab's label, for tests that add to them.
   *
   * @return a builder
   */
  public ContainerSettings.Builder settings() {
    return ContainerSettings.defaults().toBuilder().label(LABEL, id);
  }

  /**
   * Returns a name that no other container has.
   *
   * @return the name
   */
  public String newName() {
    return "lofn-testkit-" + id + "-" + names.incrementAndGet();
  }

  /**
   * Returns a spec with a new name and the lab's settings, without a command.
   *
   * @return a builder
   */
  public ContainerSpec.Builder spec() {
    return ContainerSpec.builder(newName(), image.id()).settings(settings().build());
  }

  /**
   * Returns a spec of a command.
   *
   * @param argv the program and its arguments
   * @return a builder
   */
  public ContainerSpec.Builder command(String... argv) {
    return spec().command(List.of(argv));
  }

  /** Returns a spec of a command in another image. */
  ContainerSpec.Builder command(PreparedImage other, String... argv) {
    return ContainerSpec.builder(newName(), other.id())
        .settings(settings().build())
        .command(List.of(argv));
  }

  /**
   * Returns a spec of a shell script.
   *
   * @param script the script
   * @return a builder
   */
  public ContainerSpec.Builder shell(String script) {
    return command("sh", "-c", script);
  }

  /**
   * Starts a container. The caller closes it.
   *
   * @param spec what to start
   * @return the container
   */
  public RunningContainer start(ContainerSpec.Builder spec) {
    return runtime.start(spec.build());
  }

  /**
   * Runs a container to its end and removes it.
   *
   * @param spec what to run
   * @return its exit and output
   */
  public Outcome run(ContainerSpec.Builder spec) throws Exception {
    return run(spec, "");
  }

  /**
   * Runs a container to its end and removes it.
   *
   * @param spec what to run
   * @param input its standard input, if the spec has one
   * @return its exit and output
   */
  public Outcome run(ContainerSpec.Builder spec, String input) throws Exception {
    ContainerSpec built = spec.build();
    try (RunningContainer container = runtime.start(built)) {
      Future<String> stdout = text(container.stdout());
      Future<String> stderr = text(container.stderr());
      if (built.stdin()) {
        try (OutputStream stdin = container.stdin()) {
          stdin.write(input.getBytes(UTF_8));
        }
      }
      return new Outcome(end(container), soon(stdout), soon(stderr));
    }
  }

  /**
   * Runs a spec that needs a feature, and tests the outcome. A runtime that does not support the
   * feature may refuse the spec.
   *
   * @param feature the feature
   * @param spec what to run
   * @param present tests the outcome where the runtime supports the feature
   * @param ignored tests the outcome where the runtime ignores it
   */
  void ask(
      RuntimeFeature feature,
      ContainerSpec.Builder spec,
      OutcomeAssertion present,
      OutcomeAssertion ignored)
      throws Exception {
    ask(feature, spec, "", present, ignored);
  }

  /** Runs a spec that needs a feature, with standard input. */
  void ask(
      RuntimeFeature feature,
      ContainerSpec.Builder spec,
      String input,
      OutcomeAssertion present,
      OutcomeAssertion ignored)
      throws Exception {
    if (!isUnsupported(feature)) {
      present.check(run(spec, input));
      return;
    }
    Outcome outcome;
    try {
      outcome = run(spec, input);
    } catch (EngineException refused) {
      assertThat(containers()).isEmpty();
      return;
    }
    ignored.check(outcome);
  }

  /** Returns whether the runtime reports a feature as unsupported. */
  boolean isUnsupported(RuntimeFeature feature) {
    return runtime.unsupportedFeatures().contains(feature);
  }

  /** Returns in which respects the environment of a tool differs from that of other runtimes. */
  Set<Difference> differences() {
    return differences;
  }

  /** Tests that a container is refused and leaves nothing behind. */
  void assertRefused(ContainerSpec.Builder spec) {
    assertThatThrownBy(() -> start(spec).close()).isInstanceOf(EngineException.class);
    assertThat(containers()).isEmpty();
  }

  /**
   * Waits for the end of a container.
   *
   * @param container the container
   * @return how it ended
   * @throws AssertionError if it does not end soon
   */
  public static ContainerExit end(RunningContainer container) throws InterruptedException {
    return container
        .await(SOON)
        .orElseThrow(() -> new AssertionError("Container " + container.id() + " is still running"));
  }

  /** Reads this many bytes, or fewer if the stream ends. */
  static String text(InputStream stream, int bytes) throws Exception {
    return soon(inBackground(() -> new String(stream.readNBytes(bytes), UTF_8)));
  }

  /** Reads a stream to its end in a separate thread. */
  static Future<String> text(InputStream stream) {
    return inBackground(() -> new String(stream.readAllBytes(), UTF_8));
  }

  /** Runs work in a separate daemon thread. */
  static <T> Future<T> inBackground(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    Thread thread = new Thread(task, "lofn-testkit");
    thread.setDaemon(true);
    thread.start();
    return task;
  }

  /** Returns the result of work in a separate thread. */
  static <T> T soon(Future<T> future) throws Exception {
    try {
      return future.get(SOON.toMillis(), MILLISECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("Nothing happened within " + SOON, e);
    }
  }

  /** Tests that a thread is blocked for half a second. */
  static void assertBlocked(Future<?> future) {
    assertBlocked(future, Duration.ofMillis(500));
  }

  /** Tests that a thread is blocked for a while. */
  static void assertBlocked(Future<?> future, Duration time) {
    assertThatThrownBy(() -> future.get(time.toMillis(), MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
  }

  /** Tests that a thread ends soon, with or without an exception. */
  static void assertFreed(Future<?> future) throws Exception {
    try {
      soon(future);
    } catch (ExecutionException expected) {
      assertThat(expected).hasCauseInstanceOf(Exception.class);
    }
  }

  /** Repeats an assertion until it holds, and fails with its last failure. */
  static void eventually(Assertion assertion) throws Exception {
    long deadline = System.nanoTime() + SOON.toNanos();
    while (true) {
      try {
        assertion.check();
        return;
      } catch (AssertionError e) {
        if (System.nanoTime() > deadline) {
          throw e;
        }
      }
      MILLISECONDS.sleep(20);
    }
  }

  /**
   * Returns the existing containers of this lab.
   *
   * @return the containers, as the runtime lists them
   */
  public List<ContainerSummary> containers() {
    return runtime.list(label());
  }

  /**
   * Tests that no container of this lab is left, and removes those that are, for the following
   * tests.
   */
  void assertNothingLeft() {
    List<ContainerSummary> left = containers();
    left.forEach(container -> runtime.remove(container.id()));
    assertThat(left).as("containers left behind").isEmpty();
  }

  /** Creates images with a configuration. */
  @FunctionalInterface
  interface ImageMaker {
    Optional<String> make(ContainerRuntime runtime, ImageConfig config) throws Exception;
  }

  /** An assertion. */
  @FunctionalInterface
  interface Assertion {
    void check() throws Exception;
  }

  /** An assertion on an outcome. */
  @FunctionalInterface
  interface OutcomeAssertion {
    void check(Outcome outcome) throws Exception;
  }
}
