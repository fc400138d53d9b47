package io.lofn.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class FileTreeTest {

  private static final int DESCRIPTORS = 100;

  private Path base;
  private Path tree;

  @BeforeEach
  void make() throws IOException {
    // Short, since the path of a socket must be short.
    base = Files.createTempDirectory(OrdinaryUser.anyDirectory(), "lofn-files-");
    tree = Files.createDirectory(base.resolve("tree"));
  }

  @AfterEach
  void delete() throws IOException {
    FileTree.delete(base, Writers.GONE);
    assertThat(exists(base)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"1, 10000", "255, 600"})
  void aChainThatIsLongerThanAPathIsMeasuredAndDeletedWithFewDescriptors(int length, int depth)
      throws Exception {
    Path chain = Chains.make(base, "n".repeat(length), depth);
    int most =
        mostDescriptors(
            () -> {
              assertThat(FileTree.measure(chain)).isEqualTo(new TreeSize(1, 4, 0));
              assertThatIOException()
                  .isThrownBy(() -> FileTree.walk(chain, (name, is) -> {}))
                  .withMessageContaining("too long for the system");
              FileTree.delete(chain, Writers.LIVING);
            });
    assertThat(most).isLessThan(DESCRIPTORS);
    assertThat(exists(chain)).isFalse();
  }

  @Test
  void whatLiesBesideADeepChainIsSeenAfterIt() throws IOException {
    Path deep = tree;
    for (int i = 0; i < 60; i++) {
      for (String name : new String[] {"a", "b", "c"}) {
        Files.createDirectory(deep.resolve(name));
        Files.writeString(deep.resolve(name).resolve("file"), "1");
      }
      deep = deep.resolve("b");
    }
    assertThat(FileTree.measure(tree)).isEqualTo(new TreeSize(180, 180, 0));
    Set<Path> names = new HashSet<>();
    FileTree.walk(tree, (name, is) -> names.add(name));
    try (Stream<Path> files = Files.walk(tree)) {
      assertThat(names)
          .hasSize(180)
          .isEqualTo(
              new HashSet<>(files.filter(Files::isRegularFile).map(tree::relativize).toList()));
    }
  }

  @Test
  void namesOfAnyBytesAreDeleted() throws Exception {
    run(
        "cd '"
            + tree
            + "' && n=1; while [ $n -le 255 ]; do if [ $n -ne 47 ]; then"
            + " b=$(printf '%o' $n); x=$(printf \"x\\\\$b.\"); mkdir \"$x\" && : > \"$x/$x\";"
            + " fi; n=$((n+1)); done");
    assertThat(FileTree.measure(tree).files()).isEqualTo(254);
    List<Path> names = new ArrayList<>();
    FileTree.walk(tree, (name, is) -> names.add(name));
    assertThat(new HashSet<>(names)).hasSize(254);
    for (Path name : names) {
      FileTree.read(tree, name).close();
    }
    FileTree.empty(tree, Writers.LIVING);
    assertThat(tree).isEmptyDirectory();
  }

  @Test
  void whatIsNoFileIsDeletedWithoutBeingOpened() throws Exception {
    run("mkfifo '" + tree + "/pipe'");
    Files.createSymbolicLink(tree.resolve("link"), base);
    Files.createSymbolicLink(tree.resolve("dangling"), Path.of("nowhere"));
    Path socket = tree.resolve("socket");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      if (isRoot()) {
        run("mknod '" + tree + "/device' c 10 130");
      }
      assertThat(FileTree.measure(tree)).isEqualTo(new TreeSize(0, 0, 0));
      for (String name : new String[] {"pipe", "link", "dangling", "socket"}) {
        assertThatIOException().isThrownBy(() -> FileTree.read(tree, Path.of(name)));
      }
      FileTree.delete(tree, Writers.LIVING);
    }
    assertThat(exists(tree)).isFalse();
  }

  @Test
  void aFileWithTwoNamesCountsTwiceAndLosesThoseInTheTree() throws IOException {
    Path kept = Files.writeString(base.resolve("kept"), "text");
    Files.createLink(tree.resolve("one"), kept);
    Files.createLink(tree.resolve("two"), kept);
    assertThat(FileTree.measure(tree)).isEqualTo(new TreeSize(2, 8, 0));
    FileTree.delete(tree, Writers.LIVING);
    assertThat(kept).hasContent("text");
  }

  @ParameterizedTest
  @EnumSource(Writers.class)
  void aLinkIsDeletedAndNotWhatItLeadsTo(Writers writers) throws IOException {
    Files.writeString(tree.resolve("file"), "text");
    Path link = Files.createSymbolicLink(base.resolve("link"), tree);
    assertThatExceptionOfType(NotLinkException.class)
        .isThrownBy(() -> FileTree.empty(link, writers));
    assertThatExceptionOfType(NotLinkException.class).isThrownBy(() -> FileTree.measure(link));
    assertThatExceptionOfType(NotLinkException.class)
        .isThrownBy(() -> FileTree.walk(link, (name, is) -> {}));
    assertThatExceptionOfType(NotLinkException.class)
        .isThrownBy(() -> FileTree.read(link, Path.of("file")));
    FileTree.delete(link, writers);
    assertThat(exists(link)).isFalse();
    assertThat(tree.resolve("file")).hasContent("text");
  }

  @Test
  void whatIsNotThereIsDeletedAlreadyAndNothingElse() throws IOException {
    Path gone = base.resolve("gone");
    FileTree.delete(gone, Writers.GONE);
    FileTree.delete(gone.resolve("below"), Writers.GONE);
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> FileTree.empty(gone, Writers.GONE));
    assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> FileTree.measure(gone));
    Path file = Files.createFile(base.resolve("file"));
    assertThatExceptionOfType(NotDirectoryException.class)
        .isThrownBy(() -> FileTree.empty(file, Writers.GONE));
    FileTree.delete(file, Writers.GONE);
    assertThat(exists(file)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "..",
        ".",
        "a/..",
        "../a",
        "a/.",
        "./a",
        "../tree/file",
        "a/../file",
        "/etc/passwd",
        ""
      })
  void aNameThatIsNotPlainIsRefused(String name) {
    assertThatThrownBy(() -> FileTree.read(tree, Path.of(name)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "..", "a/.."})
  void aTreeHasAName(String root) {
    assertThatThrownBy(() -> FileTree.delete(Path.of(root), Writers.GONE))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void noPartOfTheNameOfAFileMayBeALink() throws IOException {
    Path directory = Files.createDirectories(tree.resolve("a/b"));
    Files.writeString(directory.resolve("file"), "text");
    try (ReadableFile file = FileTree.read(tree, Path.of("a/b/file"))) {
      assertThat(file.stream()).hasContent("text");
      assertThat(file.attributes().size()).isEqualTo(4);
    }
    Files.createSymbolicLink(tree.resolve("c"), Path.of("a"));
    Files.createSymbolicLink(tree.resolve("a/d"), Path.of("b"));
    Files.createSymbolicLink(directory.resolve("e"), Path.of("file"));
    for (String name : new String[] {"c/b/file", "a/d/file", "a/b/e"}) {
      assertThatIOException().isThrownBy(() -> FileTree.read(tree, Path.of(name)));
    }
  }

  @Test
  void messagesShowNamesWithoutWhatATerminalBelieves() throws IOException {
    Path evil = tree.resolve("a\n\u001b[2Jb\u202ec");
    assertThatIOException()
        .isThrownBy(() -> FileTree.measure(evil))
        .withMessageContaining("a\\u{a}\\u{1b}[2Jb\\u{202e}c")
        .withMessageNotContainingAny("\n", "\u001b", "\u202e");
  }

  @Test
  void somebodyWhoGoesOnWritingHoldsNobodyUpForEver() throws Exception {
    AtomicBoolean ended = new AtomicBoolean();
    AtomicInteger made = new AtomicInteger();
    CompletableFuture<Void> writer =
        CompletableFuture.runAsync(
            () -> {
              while (!ended.get()) {
                write(tree.resolve("d" + made.incrementAndGet() % 5));
              }
            });
    try {
      for (int i = 0; i < 50 || made.get() < 1000; i++) {
        deleteOrSay(tree);
      }
    } finally {
      ended.set(true);
      writer.join();
    }
    FileTree.delete(tree, Writers.LIVING);
    assertThat(exists(tree)).isFalse();
  }

  private static void deleteOrSay(Path tree) {
    try {
      FileTree.delete(tree, Writers.LIVING);
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("tree");
    }
  }

  private static void write(Path directory) {
    try {
      Files.createDirectories(directory.resolve("a/b"));
      Files.createFile(directory.resolve("a/b/" + System.nanoTime()));
      Files.createFile(directory.resolve("" + System.nanoTime()));
    } catch (IOException deletedMeanwhile) {
      return;
    }
  }

  @Test
  void theExceptionOfAVisitorEndsTheWalkAndClosesAll() throws Exception {
    Files.createFile(Files.createDirectories(tree.resolve("a/b/c")).resolve("file"));
    IOException own = new NoSuchFileException("own");
    int before = descriptors();
    for (int i = 0; i < 200; i++) {
      assertThatThrownBy(
              () ->
                  FileTree.walk(
                      tree,
                      (name, is) -> {
                        throw own;
                      }))
          .isSameAs(own);
    }
    assertThat(descriptors()).isLessThan(before + DESCRIPTORS);
  }

  @Test
  void aWalkShowsWhatTheFilesAre() throws IOException {
    Files.writeString(tree.resolve("one"), "text");
    List<PosixFileAttributes> seen = new ArrayList<>();
    FileTree.walk(tree, (name, is) -> seen.add(is));
    assertThat(seen).singleElement().matches(is -> is.size() == 4 && is.isRegularFile());
  }

  private static int mostDescriptors(Work work) throws Exception {
    AtomicBoolean ended = new AtomicBoolean();
    CompletableFuture<Integer> most =
        CompletableFuture.supplyAsync(
            () -> {
              int seen = 0;
              while (!ended.get()) {
                seen = Math.max(seen, descriptors());
              }
              return seen;
            });
    try {
      work.run();
    } finally {
      ended.set(true);
    }
    return most.join();
  }

  private interface Work {
    void run() throws Exception;
  }

  private static int descriptors() {
    return new java.io.File("/proc/self/fd").list().length;
  }

  private boolean isRoot() throws IOException {
    return Integer.valueOf(0).equals(Files.getAttribute(base, "unix:uid"));
  }

  private static boolean exists(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }

  private static void run(String script) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder("sh", "-c", script).inheritIO().start().waitFor()).isZero();
  }

  @Test
  @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aNamedPipeWhereTheDirectoryAboveATreeShouldBeHoldsNobody() throws Exception {
    Path pipe = base.resolve("pipe");
    run("mkfifo '" + pipe + "'");

    assertThatIOException()
        .isThrownBy(() -> FileTree.delete(pipe.resolve("tree"), Writers.GONE))
        .withMessageContaining("pipe");
    assertThat(Files.exists(pipe, LinkOption.NOFOLLOW_LINKS)).isTrue();
  }
}
