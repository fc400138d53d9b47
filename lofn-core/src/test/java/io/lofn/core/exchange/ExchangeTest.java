package io.lofn.core.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.LofnException;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.node.NodeEnvironment;
import io.lofn.core.node.ProcessIdentity;
import io.lofn.core.node.ProcessUser;
import io.lofn.core.task.TaskIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExchangeTest {

  private static final TaskIdentity TASK = new TaskIdentity("local-1", 2, 3, 0, 17);

  @TempDir Path local;

  private ExchangeDirectories exchanges;
  private Exchange exchange;

  @BeforeEach
  void createExchange() {
    exchanges =
        new ExchangeDirectories(
            new NodeEnvironment(List.of(local)),
            ProcessIdentity.current(),
            new LofnConfig(Map.of()));
    exchange = exchanges.create(TASK, false);
  }

  @Test
  void isForTheExecutorsUserOnly() throws IOException {
    assertThat(permissions(exchange.directory())).isEqualTo("rwx------");
    assertThat(permissions(exchange.directory().getParent())).isEqualTo("rwx------");
    assertThat(exchange.directory().getParent().getFileName().toString())
        .startsWith("local-1-2-3-0-17-");
  }

  @Test
  void isOpenToTheToolsUserInsideAClosedDirectory() throws IOException {
    Exchange open = exchanges.create(TASK, true);

    assertThat(permissions(open.directory())).isEqualTo("rwxrwxrwx");
    assertThat(permissions(open.directory().getParent())).isEqualTo("rwx------");
  }

  @Test
  void hasADirectoryForTemporaryFilesBesideIt() throws IOException {
    assertThat(exchange.temporary().getParent()).isEqualTo(exchange.directory().getParent());
    assertThat((int) Files.getAttribute(exchange.temporary(), "unix:mode") & 07777)
        .isEqualTo(01777);
    exchange.close();
    assertThat(exchange.temporary()).doesNotExist();
  }

  @Test
  void makesTheDirectoriesAboveAFile() throws IOException {
    Path file = exchange.newFile("a/b/c d.txt");

    Files.writeString(file, "x");
    assertThat(exchange.regularFile("a/b/c d.txt")).contains(file);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "/etc/passwd", "..", "a/../..", "../x", ".", "a/..", "b/../a.txt", "a\0b"})
  void refusesNamesThatLeaveIt(String name) {
    assertThatThrownBy(() -> exchange.newFile(name)).isInstanceOf(LofnException.class);
    assertThatThrownBy(() -> exchange.regularFile(name)).isInstanceOf(LofnException.class);
  }

  @Test
  void refusesTheSameNameTwice() throws IOException {
    Files.writeString(exchange.newFile("a.txt"), "x");

    assertThatThrownBy(() -> exchange.newFile(".//a.txt"))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("Two inputs");
  }

  @Test
  void doesNotFollowSymbolicLinks() throws IOException {
    Path secret = Files.writeString(local.resolve("secret"), "x");
    Files.createSymbolicLink(exchange.directory().resolve("link"), secret);
    Files.createSymbolicLink(exchange.directory().resolve("up"), local);

    assertThat(exchange.regularFile("link")).isEmpty();
    assertThat(exchange.regularFile("up/secret")).isEmpty();
    exchange.close();
    assertThat(secret).exists();
  }

  @Test
  void deletesWhatTheToolMadeUnreadable() throws IOException {
    Path locked = Files.createDirectories(exchange.newFile("a/b"));
    Files.writeString(locked.resolve("f"), "x");
    Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("---------"));

    exchange.close();
    exchange.close();

    assertThat(exchange.directory().getParent()).doesNotExist();
  }

  @Test
  void leavesNothingWhenTheExecutorEnds() throws IOException {
    exchanges.close();

    try (Stream<Path> left = Files.list(local)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void spreadsOverTheDisksAndPassesOverFullOnes(@TempDir Path full, @TempDir Path other) {
    ExchangeDirectories spread =
        new ExchangeDirectories(
            new NodeEnvironment(List.of(local, full, other)),
            ProcessIdentity.current(),
            new LofnConfig(Map.of("spark.lofn.tmp.minFree", "10k")),
            memory("", 0, 0),
            path -> path.startsWith(full) ? 10 * 1024 - 1 : 10 * 1024);

    assertThat(directoryOf(spread, 0)).startsWith(local);
    assertThat(directoryOf(spread, 1)).startsWith(other);
    assertThat(directoryOf(spread, 2)).startsWith(other);
    assertThat(directoryOf(spread, 3)).startsWith(local);
  }

  @Test
  void saysWhereThereIsNoRoom(@TempDir Path other) {
    ExchangeDirectories full =
        new ExchangeDirectories(
            new NodeEnvironment(List.of(local, other)),
            ProcessIdentity.current(),
            new LofnConfig(Map.of()),
            memory("", 0, 0),
            path -> 4096);
    String home = ProcessUser.current().own("lofn");

    assertThatThrownBy(() -> full.create(TASK, false))
        .isInstanceOf(LofnException.class)
        .hasMessage(
            "No local directory has enough free space for a run: %s has 4096 bytes free, %s has"
                + " 4096 bytes free; spark.lofn.tmp.minFree requires 67108864 bytes. Free space, or"
                + " set spark.lofn.tmp.dir to a directory on a larger disk.",
            other.resolve(home), local.resolve(home));
  }

  @Test
  void liesInMemoryWhileHalfOfItIsFree(@TempDir Path tmpfs) throws IOException {
    ExchangeDirectories roomy = inMemory(memory(tmpfs.toString(), 4096, 2048));

    Exchange quick = roomy.createInMemory(TASK, true).orElseThrow();

    assertThat(quick.directory()).startsWith(tmpfs);
    assertThat(permissions(quick.directory().getParent())).isEqualTo("rwx------");
    assertThat(roomy.create(TASK, true).directory()).startsWith(local);
    roomy.close();
    try (Stream<Path> left = Files.list(tmpfs)) {
      assertThat(left).isEmpty();
    }
    assertThat(inMemory(memory(tmpfs.toString(), 4096, 2047)).createInMemory(TASK, true)).isEmpty();
    assertThat(inMemory(memory("", 4096, 4096)).createInMemory(TASK, true)).isEmpty();
  }

  @Test
  void liesInMemoryOnlyWhereThatIsCapped(@TempDir Path tmpfs) {
    TmpfsExchange uncapped = memory(tmpfs.toString(), 0, 0);
    TmpfsExchange absent = memory(tmpfs.resolve("no").toString(), 4096, 4096);
    TmpfsExchange disk =
        new TmpfsExchange(
            new LofnConfig(Map.of("spark.lofn.tmp.memoryDir", tmpfs.toString())),
            path -> new TmpfsExchange.Room("ext4", 4096, 4096));

    assertThat(inMemory(uncapped).createInMemory(TASK, false)).isEmpty();
    assertThat(inMemory(absent).createInMemory(TASK, false)).isEmpty();
    assertThat(inMemory(disk).createInMemory(TASK, false)).isEmpty();
    assertThat(uncapped.problem())
        .contains(tmpfs + " is not a tmpfs with a size limit; its file system is tmpfs");
    assertThat(disk.problem())
        .contains(tmpfs + " is not a tmpfs with a size limit; its file system is ext4");
    assertThat(absent.problem())
        .contains(tmpfs.resolve("no") + " does not exist, or the executor has no write permission");
  }

  @Test
  void liesInMemoryAtAnyAttemptAndWithLittleRoomWhereDisksAreToHaveNoPlainFiles(
      @TempDir Path tmpfs) {
    ExchangeDirectories encrypted = encrypted(memory(tmpfs.toString(), 4096, 1));

    assertThat(encrypted.create(TASK, true).directory()).startsWith(tmpfs);
    TaskIdentity fourth = new TaskIdentity("local-1", 2, 3, 3, 17);
    assertThat(encrypted.create(fourth, false).directory()).startsWith(tmpfs);
    encrypted.close();

    Path absent = tmpfs.resolve("no");
    ExchangeDirectories without = encrypted(memory(absent.toString(), 4096, 4096));
    assertThat(without.create(TASK, true).directory()).startsWith(local);
    without.close();
    ExchangeDirectories unset = encrypted(memory("", 4096, 4096));
    assertThat(unset.create(TASK, true).directory()).startsWith(local);
    unset.close();
  }

  private ExchangeDirectories encrypted(TmpfsExchange memory) {
    return new ExchangeDirectories(
        new NodeEnvironment(List.of(local), new NodeEnvironment.Layout() {}, true),
        ProcessIdentity.current(),
        new LofnConfig(Map.of()),
        memory,
        path -> Long.MAX_VALUE);
  }

  private ExchangeDirectories inMemory(TmpfsExchange memory) {
    return new ExchangeDirectories(
        new NodeEnvironment(List.of(local)),
        ProcessIdentity.current(),
        new LofnConfig(Map.of()),
        memory,
        path -> Long.MAX_VALUE);
  }

  private static TmpfsExchange memory(String path, long total, long free) {
    return new TmpfsExchange(
        new LofnConfig(Map.of("spark.lofn.tmp.memoryDir", path)),
        directory -> new TmpfsExchange.Room("tmpfs", total, free));
  }

  @Test
  void looksAtTheDiskOfADirectoryThatIsNotMadeYet() {
    assertThat(ExchangeDisk.freeBytes(local.resolve("a/b")))
        .isPositive()
        .isLessThan(Long.MAX_VALUE);
  }

  private static Path directoryOf(ExchangeDirectories exchanges, int partition) {
    return exchanges.create(new TaskIdentity("local-1", 2, partition, 0, 1), false).directory();
  }

  @Test
  void refusesADirectoryThatSomebodyElseMadeALinkOf(@TempDir Path elsewhere) throws IOException {
    Path other = Files.createDirectory(local.resolve("other"));
    Files.createSymbolicLink(other.resolve(ProcessUser.current().own("lofn")), elsewhere);
    ExchangeDirectories planted =
        new ExchangeDirectories(
            new NodeEnvironment(List.of(other)),
            ProcessIdentity.current(),
            new LofnConfig(Map.of()));

    assertThatThrownBy(() -> planted.create(TASK, false))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("spark.lofn.tmp.dir");
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
