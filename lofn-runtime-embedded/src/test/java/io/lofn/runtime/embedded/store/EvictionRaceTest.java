package io.lofn.runtime.embedded.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Images that one JVM deletes while another opens them, and a JVM that is killed meanwhile. */
@Timeout(200)
class EvictionRaceTest {

  private static final int IMAGES = 100;

  @TempDir private Path directory;
  private Path images;

  @BeforeEach
  void nameTheStore() {
    images = directory.resolve("images");
  }

  private Process start(String what) throws IOException {
    return new ProcessBuilder(RaceProgram.command(what, images, IMAGES))
        .redirectError(directory.resolve("err").toFile())
        .start();
  }

  private Process maker() throws IOException {
    Process maker = start("make");
    BufferedReader said = maker.inputReader(UTF_8);
    assertThat(said.readLine()).isEqualTo("begins");
    return maker;
  }

  @Test
  void anImageThatOneProcessOpensIsNeverDeletedInPartOrAsAWholeByAnother() throws Exception {
    Process maker = maker();
    try {
      List<String> all = new ArrayList<>();
      for (Process opener : List.of(start("open"), start("open"))) {
        String said = new String(opener.getInputStream().readAllBytes(), UTF_8);
        assertThat(opener.waitFor()).as(Files.readString(directory.resolve("err"))).isZero();
        assertThat(said).startsWith("opened %d, missed ".formatted(IMAGES));
        all.add(said.strip());
      }
      assertThat(all).as("they have raced").anyMatch(said -> !said.endsWith("missed 0"));
      assertThat(maker.isAlive()).as(Files.readString(directory.resolve("err"))).isTrue();
    } finally {
      maker.destroyForcibly().waitFor();
    }
  }

  private boolean hasBegunToDelete() throws IOException {
    if (!Files.isDirectory(images.resolve("sha256"))) {
      return false;
    }
    try (DirectoryStream<Path> going =
        Files.newDirectoryStream(images.resolve("sha256"), "going-*")) {
      return going.iterator().hasNext();
    }
  }

  @Test
  void aProcessThatIsKilledWhileItDeletesLeavesWholeImagesOnly() throws Exception {
    int leftovers = 0;
    for (int i = 0; i < 8 || leftovers == 0; i++) {
      Process maker = maker();
      while (!hasBegunToDelete() && maker.isAlive()) {
        Thread.onSpinWait();
      }
      assertThat(maker.isAlive()).as(Files.readString(directory.resolve("err"))).isTrue();
      maker.destroyForcibly().waitFor();

      leftovers += hasBegunToDelete() ? 1 : 0;
      for (StoredTrees.Tree each : new StoredTrees(images, id -> false).all()) {
        RaceProgram.requireWhole(new StoredTrees(images, id -> false).root(each.id()));
        assertThat(new StoredTrees(images, id -> false).differences(each.id()))
            .noneMatch(found -> found.endsWith(" is missing"));
      }
    }
    TestImage next = TestImage.named("next:1").layer(tar -> {});
    OtherStore.run(StoreProgram.command(images, next.saveTo(directory.resolve("archive.tar"))));

    assertThat(hasBegunToDelete()).isFalse();
    assertThat(new StoredTrees(images, id -> false).all())
        .extracting(StoredTrees.Tree::id)
        .containsExactly(next.id());
    assertThat(TestImage.store(images, Map.of()).open(next.id()).root()).isDirectory();
  }
}
