package io.lofn.core.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.api.PullPolicy;
import io.lofn.api.StagingException;
import io.lofn.api.Tool;
import io.lofn.core.FakeProvider;
import io.lofn.core.NoMetrics;
import io.lofn.core.config.HadoopProperties;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.node.NodeEnvironment;
import io.lofn.core.node.NodeLocks;
import io.lofn.core.runtime.NodeRuntime;
import io.lofn.core.runtime.RuntimeProviders;
import io.lofn.core.runtime.RuntimeSelector;
import io.lofn.core.runtime.SelectedRuntime;
import io.lofn.core.runtime.Services;
import io.lofn.core.storage.VolumeStaging;
import io.lofn.spi.ImageArchives;
import io.lofn.spi.ImageDigests;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.PreparedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where an image comes from, and how often it is asked for. */
class ImagePreparerTest {

  private static final String DIGEST = "sha256:" + "0123456789abcdef".repeat(4);

  @TempDir private Path directory;

  private final Registry engine = new Registry();
  private final SelectedRuntime runtime = new SelectedRuntime("fake", engine);

  @Test
  void sixteenTasksAtOnceMakeOnePull() throws Exception {
    ImagePreparer images = images();
    ExecutorService threads = Executors.newFixedThreadPool(16);
    List<Future<PreparedImage>> all = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      all.add(threads.submit(() -> images.prepare(runtime, need(tool()), 0)));
    }
    for (Future<PreparedImage> one : all) {
      assertThat(one.get().id()).isEqualTo("id of tools:1");
    }
    threads.shutdown();
    assertThat(engine.pulls).containsExactly("tools:1");
  }

  @Test
  void tasksThatWaitForTheSamePullFailWithExceptionsOfTheirOwn() throws Exception {
    engine.down = true;
    ImagePreparer images = images();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<Future<Throwable>> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(threads.submit(() -> catchThrowable(() -> images.prepare(runtime, need(tool()), 0))));
    }
    Set<Throwable> failures = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Future<Throwable> one : all) {
      failures.add(one.get());
    }
    threads.shutdown();
    assertThat(failures)
        .hasSize(4)
        .allSatisfy(e -> assertThat(e).isInstanceOf(EngineException.class));
  }

  @Test
  void anotherExecutorOfTheNodeFindsWhatTheFirstHasPulled() {
    images().prepare(runtime, need(tool()), 0);
    images().prepare(runtime, need(tool()), 0);
    assertThat(engine.pulls).containsExactly("tools:1");
  }

  @Test
  void anImageThatIsAlwaysPulledIsPulledForEachStage() {
    ImagePreparer images = images();
    ImageRequirement need = need(tool().pullPolicy(PullPolicy.ALWAYS));
    images.prepare(runtime, need, 0);
    images.prepare(runtime, need, 0);
    images.prepare(runtime, need, 1);
    assertThat(engine.pulls).hasSize(2);
  }

  @Test
  void aDigestIsNeverPulledTwice() {
    ImagePreparer images = images();
    ImageRequirement need =
        ImageRequirement.of(
            tool().pullPolicy(PullPolicy.ALWAYS), new LofnConfig(Map.of()), Optional.of(DIGEST));
    engine.tagStandsFor(DIGEST);
    images.prepare(runtime, need, 0);
    images.prepare(runtime, need, 1);
    assertThat(engine.pulls).containsExactly("tools:1");
  }

  @Test
  void aTagThatHasMovedIsPulledByItsDigest() {
    ImageRequirement need =
        ImageRequirement.of(tool(), new LofnConfig(Map.of()), Optional.of(DIGEST));
    assertThat(images().prepare(runtime, need, 0).id()).isEqualTo("id of tools@" + DIGEST);
    assertThat(engine.pulls).containsExactly("tools:1", "tools@" + DIGEST);
  }

  @Test
  void anArchiveIsLoadedOnceInPlaceOfAPull() throws IOException {
    Path archive = Files.writeString(directory.resolve("tools.tar"), "tools:1");
    ImagePreparer images = images();
    ImageRequirement need = need(tool().imageArchive(archive.toString()));
    assertThat(images.prepare(runtime, need, 0).id()).isEqualTo("id of tools:1");
    images().prepare(runtime, need, 0);
    assertThat(engine.loads).containsExactly(archive);
    assertThat(engine.pulls).isEmpty();
  }

  @Test
  void anArchiveWithoutTheImageIsNamed() throws IOException {
    Path archive = Files.writeString(directory.resolve("others.tar"), "others:1");
    assertThatThrownBy(
            () -> images().prepare(runtime, need(tool().imageArchive(archive.toString())), 0))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessageContaining("others.tar")
        .hasMessageContaining("tools:1");
  }

  @Test
  void anArchiveThatIsNotThereIsNamed() {
    assertThatThrownBy(
            () -> images().prepare(runtime, need(tool().imageArchive("/no/such/tools.tar")), 0))
        .isInstanceOf(StagingException.class)
        .hasMessageContaining("/no/such/tools.tar");
  }

  @Test
  void aRuntimeThatTakesNoArchivesSaysSo() {
    SelectedRuntime plain =
        new SelectedRuntime(
            "plain",
            new FakeProvider.FakeRuntime("plain", List.of()) {
              @Override
              public PreparedImage prepare(ImageRequest request) {
                throw new ImageUnavailableException("not here");
              }
            });
    assertThatThrownBy(() -> images().prepare(plain, need(tool().imageArchive("/x.tar")), 0))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("plain")
        .hasMessageContaining("does not support image archives");
  }

  @Test
  void aFailureIsNotRemembered() {
    ImagePreparer images = images();
    engine.down = true;
    assertThatThrownBy(() -> images.prepare(runtime, need(tool()), 0))
        .isInstanceOf(EngineException.class);
    engine.down = false;
    assertThat(images.prepare(runtime, need(tool()), 0).id()).isEqualTo("id of tools:1");
  }

  @Test
  void theDriverAsksOnceForTheDigestOfATag() {
    DigestResolver digestResolver = digestResolver(Map.of());
    engine.digest = DIGEST;
    assertThat(digestResolver.digest(tool())).contains(DIGEST);
    engine.digest = "sha256:moved";
    assertThat(digestResolver.digest(tool())).contains(DIGEST);
    assertThat(digestResolver.digest(tool().pullPolicy(PullPolicy.NEVER))).contains(DIGEST);
    assertThat(digestResolver.digest(tool().pullPolicy(PullPolicy.ALWAYS)))
        .contains("sha256:moved");
    assertThat(digestResolver.digest(tool())).contains("sha256:moved");
  }

  @Test
  void whatCannotBeToldIsLeftToTheNodes() {
    assertThat(digestResolver(Map.of()).digest(tool())).isEmpty();
    engine.down = true;
    assertThat(digestResolver(Map.of()).digest(tool())).isEmpty();
  }

  @Test
  void whatMayPassIsAskedAgainByTheNextJobAndAnAnswerIsKept() {
    AtomicLong clock = new AtomicLong();
    DigestResolver digestResolver = digestResolver(Map.of(), clock::get);
    engine.digest = DIGEST;
    engine.down = true;
    assertThat(digestResolver.digest(tool())).isEmpty();
    engine.down = false;
    assertThat(digestResolver.digest(tool())).contains(DIGEST);
    engine.down = true;
    assertThat(digestResolver.digest(tool())).contains(DIGEST);
    assertThat(digestResolver.digest(tool().pullPolicy(PullPolicy.ALWAYS))).isEmpty();
    assertThat(digestResolver.digest(tool())).contains(DIGEST);
  }

  @Test
  void whatFailsAgainAndAgainIsAskedNowAndThen() {
    AtomicLong clock = new AtomicLong();
    DigestResolver digestResolver = digestResolver(Map.of(), clock::get);
    engine.digest = DIGEST;
    engine.down = true;
    for (int job = 0; job < 5; job++) {
      assertThat(digestResolver.digest(tool())).isEmpty();
    }
    assertThat(engine.asked).hasValue(2);
    engine.down = false;
    assertThat(digestResolver.digest(tool())).isEmpty();
    clock.addAndGet(Duration.ofMinutes(10).toNanos());
    assertThat(digestResolver.digest(tool())).contains(DIGEST);
    assertThat(engine.asked).hasValue(3);
  }

  @Test
  void aRegistryThatSaysNoIsNotAskedAgain() {
    DigestResolver digestResolver = digestResolver(Map.of());
    engine.unknown = true;
    assertThat(digestResolver.digest(tool())).isEmpty();
    assertThat(digestResolver.digest(tool())).isEmpty();
    assertThat(engine.asked).hasValue(1);
  }

  @Test
  void theDriverDoesNotAskWhereItNeedNot() {
    engine.digest = DIGEST;
    assertThat(digestResolver(Map.of("spark.lofn.image.pin", "false")).digest(tool())).isEmpty();
    assertThat(digestResolver(Map.of()).digest(tool().imageArchive("/x.tar"))).isEmpty();
    assertThat(digestResolver(Map.of()).digest(Tool.pipe("tools@" + DIGEST))).isEmpty();
  }

  private static Tool<String, String> tool() {
    return Tool.pipe("tools:1");
  }

  private static ImageRequirement need(Tool<?, ?> tool) {
    return ImageRequirement.of(tool, new LofnConfig(Map.of()), Optional.empty());
  }

  private ImagePreparer images() {
    VolumeStaging volumes =
        new VolumeStaging(
            new Services<>(List.of(), List.of()),
            new LofnConfig(Map.of()),
            new NodeEnvironment(List.of(directory)),
            new HadoopProperties(Map.of()));
    return new ImagePreparer(
        volumes,
        new NodeLocks(new LofnConfig(Map.of("spark.lofn.tmp.dir", directory.toString()))),
        new NoMetrics());
  }

  private DigestResolver digestResolver(Map<String, String> settings) {
    return digestResolver(settings, System::nanoTime);
  }

  private DigestResolver digestResolver(Map<String, String> settings, LongSupplier nanoClock) {
    LofnConfig conf = new LofnConfig(new HashMap<>(settings));
    RuntimeProviders providers =
        RuntimeProviders.of(List.of(FakeProvider.of("fake", -1, engine)), List.of());
    return new DigestResolver(
        new NodeRuntime(new RuntimeSelector(conf, providers)), conf, nanoClock);
  }

  /** An engine that pulls whatever it is asked for; an archive is the name of its only image. */
  private static final class Registry extends FakeProvider.FakeRuntime
      implements ImageArchives, ImageDigests {

    private final Set<String> present = ConcurrentHashMap.newKeySet();
    private final List<String> pulls = Collections.synchronizedList(new ArrayList<>());
    private final List<Path> loads = new ArrayList<>();
    private final AtomicInteger asked = new AtomicInteger();
    private volatile boolean down;
    private boolean unknown;
    private @Nullable String digest;
    private String tagged = "sha256:other";

    void tagStandsFor(String bytes) {
      tagged = bytes;
    }

    Registry() {
      super("fake", List.of());
    }

    @Override
    public PreparedImage prepare(ImageRequest request) {
      requireUp();
      String name = request.reference();
      if (request.policy() == PullPolicy.NEVER && !present.contains(name)) {
        throw new ImageUnavailableException(name + " is not here");
      }
      if (request.policy() == PullPolicy.ALWAYS || !present.contains(name)) {
        pulls.add(name);
        present.add(name);
        present.add("tools@" + tagged);
      }
      return super.prepare(request);
    }

    @Override
    public void load(Path archive, Duration timeout) {
      loads.add(archive);
      try {
        present.add(Files.readString(archive));
      } catch (IOException e) {
        throw new EngineException("no archive", e);
      }
    }

    @Override
    public Optional<String> digest(ImageRequest request) {
      asked.incrementAndGet();
      requireUp();
      if (unknown) {
        throw new ImageUnavailableException("manifest unknown");
      }
      return Optional.ofNullable(digest);
    }

    private void requireUp() {
      if (down) {
        throw new EngineException("down");
      }
    }
  }
}
