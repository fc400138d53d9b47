package io.lofn.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.ContainerSettings;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.Mount;
import io.lofn.spi.RuntimeFeature;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mounts: what a container sees of the node. */
interface MountsContract extends Topic {

  @Test
  default void readsAndWritesAMountedDirectory(@TempDir Path directory) throws Exception {
    Files.writeString(directory.resolve("input.txt"), "text\n");

    Outcome outcome =
        lab()
            .run(
                lab()
                    .shell("mkdir /shared/sub && cat /shared/input.txt > /shared/sub/output.txt")
                    .mount(new Mount(directory, "/shared", false)));

    assertThat(outcome.code()).as(outcome.stderr()).isZero();
    assertThat(directory.resolve("sub/output.txt")).hasContent("text\n");
  }

  @Test
  default void startsInAMountedDirectory(@TempDir Path directory) throws Exception {
    Outcome outcome =
        lab()
            .run(
                lab()
                    .shell("echo text > output.txt")
                    .mount(new Mount(directory, "/shared", false))
                    .settings(lab().settings().workingDirectory("/shared").build()));

    assertThat(outcome.code()).as(outcome.stderr()).isZero();
    assertThat(directory.resolve("output.txt")).hasContent("text\n");
  }

  @Test
  default void writesAsTheUserOfThisProcess(@TempDir Path directory) throws Exception {
    Owner own = Owner.of(Files.createFile(directory.resolve("mine")));
    ContainerSettings settings = lab().settings().user(own.toString()).build();

    Outcome outcome =
        lab()
            .run(
                lab()
                    .shell("echo text > /shared/output.txt")
                    .mount(new Mount(directory, "/shared", false))
                    .settings(settings));

    assertThat(outcome.code()).as(outcome.stderr()).isZero();
    assertThat(Owner.of(directory.resolve("output.txt"))).isEqualTo(own);
  }

  @Test
  default void refusesToWriteAReadOnlyDirectory(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("data"), "kept\n");
    lab()
        .ask(
            RuntimeFeature.READ_ONLY_MOUNTS,
            lab()
                .shell("cat /data/data; echo lost > /data/data; rm /data/data; echo > /data/new")
                .mount(new Mount(directory, "/data", true)),
            outcome -> {
              assertThat(outcome.stdout()).isEqualTo("kept\n");
              assertThat(outcome.code()).isNotZero();
              assertThat(file).hasContent("kept\n");
              assertThat(directory.resolve("new")).doesNotExist();
            },
            outcome -> {
              assertThat(outcome.stdout()).isEqualTo("kept\n");
              assertThat(directory.resolve("new")).exists();
            });
  }

  /** {@code /dev/shm} is mounted below {@code /dev}, and writable for every user. */
  @Test
  default void refusesToWriteWhatIsMountedBelowAReadOnlyDirectory() throws Exception {
    String name = lab().newName();
    Path written = Path.of("/dev/shm", name);
    try {
      lab()
          .ask(
              RuntimeFeature.READ_ONLY_SUBMOUNTS,
              lab()
                  .shell("ls -d /data/shm && echo lost > /data/shm/" + name)
                  .mount(new Mount(Path.of("/dev"), "/data", true)),
              outcome -> {
                assertThat(outcome.stdout()).isEqualTo("/data/shm\n");
                assertThat(outcome.code()).isNotZero();
                assertThat(written).doesNotExist();
              },
              outcome -> assertThat(written).hasContent("lost\n"));
    } finally {
      Files.deleteIfExists(written);
    }
  }

  @Test
  default void mountsASingleFile(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "one\n");

    Outcome outcome =
        lab()
            .run(
                lab()
                    .shell("echo two >> /in/file && cat /in/file")
                    .mount(new Mount(file, "/in/file", false)));

    assertThat(outcome.stdout()).isEqualTo("one\ntwo\n");
    assertThat(file).hasContent("one\ntwo\n");
  }

  @Test
  default void refusesToWriteAReadOnlyFile(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "one\n");
    lab()
        .ask(
            RuntimeFeature.READ_ONLY_MOUNTS,
            lab()
                .shell("cat /in/file; echo two > /in/file")
                .mount(new Mount(file, "/in/file", true)),
            outcome -> {
              assertThat(outcome.stdout()).isEqualTo("one\n");
              assertThat(outcome.code()).isNotZero();
              assertThat(file).hasContent("one\n");
            },
            outcome -> assertThat(file).hasContent("two\n"));
  }

  @Test
  default void mountsSeveral(@TempDir Path one, @TempDir Path two) throws Exception {
    Files.writeString(one.resolve("file"), "one\n");
    Files.writeString(two.resolve("file"), "two\n");

    Outcome outcome =
        lab()
            .run(
                lab()
                    .shell("cat /one/file /two/file > /one/both")
                    .mount(new Mount(one, "/one", false))
                    .mount(new Mount(two, "/two", true)));

    assertThat(outcome.code()).as(outcome.stderr()).isZero();
    assertThat(one.resolve("both")).hasContent("one\ntwo\n");
  }

  @Test
  default void mountsOneInsideAnother(@TempDir Path outer, @TempDir Path inner) throws Exception {
    Files.createDirectory(outer.resolve("inner"));
    Files.writeString(inner.resolve("file"), "text\n");

    Outcome outcome =
        lab()
            .run(
                lab()
                    .shell("cat /shared/inner/file > /shared/copy")
                    .mount(new Mount(outer, "/shared", false))
                    .mount(new Mount(inner, "/shared/inner", true)));

    assertThat(outcome.code()).as(outcome.stderr()).isZero();
    assertThat(outer.resolve("copy")).hasContent("text\n");
    assertThat(outer.resolve("inner")).isEmptyDirectory();
  }

  @Test
  default void mountsTheOuterOneFirstInWhateverOrderTheyAreSaid(
      @TempDir Path outer, @TempDir Path inner) throws Exception {
    Files.createDirectory(outer.resolve("inner"));
    Files.createDirectory(outer.resolve("memory"));
    Files.writeString(inner.resolve("file"), "text\n");

    Outcome outcome =
        lab()
            .run(
                lab()
                    .shell("echo more > /shared/memory/x; cat /shared/inner/file /shared/memory/x")
                    .mount(new Mount(inner, "/shared/inner", true))
                    .mount(new Mount(outer, "/shared", false))
                    .settings(lab().settings().tmpfs("/shared/memory", 1 << 20).build()));

    assertThat(outcome.stdout()).as(outcome.stderr()).isEqualTo("text\nmore\n");
    assertThat(outer.resolve("memory")).isEmptyDirectory();
  }

  @Test
  default void followsASourceThatIsALink(@TempDir Path directory) throws Exception {
    Path target = Files.createDirectory(directory.resolve("target"));
    Files.writeString(target.resolve("file"), "text\n");
    Path link = Files.createSymbolicLink(directory.resolve("link"), target);
    ContainerSpec.Builder spec =
        lab().command("cat", "/data/file").mount(new Mount(link, "/data", true));
    assertThat(lab().run(spec).stdout()).isEqualTo("text\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"two words", "co:lon", "com,ma", "ro,src=etc", "eq=ual", "$HOME", "it's"})
  default void mountsASourceOfAnyName(String name, @TempDir Path directory) throws Exception {
    Path source = Files.createDirectory(directory.resolve(name));
    Files.writeString(source.resolve("file"), "text\n");

    Outcome outcome =
        lab()
            .run(
                lab()
                    .shell("cat /data/file && echo ok > /data/new")
                    .mount(new Mount(source, "/data", false)));

    assertThat(outcome.stdout()).as(outcome.stderr()).isEqualTo("text\n");
    assertThat(source.resolve("new")).hasContent("ok\n");
  }

  @Test
  default void mountsAtATargetWithASpace(@TempDir Path directory) throws Exception {
    Files.writeString(directory.resolve("file"), "text\n");
    ContainerSpec.Builder spec =
        lab().command("cat", "/two words/file").mount(new Mount(directory, "/two words", true));
    assertThat(lab().run(spec).stdout()).isEqualTo("text\n");
  }

  @Test
  default void refusesAMissingSourceAndDoesNotCreateIt(@TempDir Path directory) {
    Path missing = directory.resolve("missing");
    lab().assertRefused(lab().command("true").mount(new Mount(missing, "/data", false)));
    lab().assertRefused(lab().command("true").mount(new Mount(missing, "/data", true)));
    assertThat(missing).doesNotExist();
  }
}
