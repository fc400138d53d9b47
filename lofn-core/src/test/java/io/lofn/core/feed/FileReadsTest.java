package io.lofn.core.feed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file system of the tests keeps access times, as one does that is not mounted noatime. */
class FileReadsTest {

  @TempDir private Path exchange;

  @Test
  void filesThatNobodyReadsAreUnread() throws IOException {
    FileReads reads = FileReads.watch(List.of(file("a"), file("b")));

    assertThat(reads.noneRead()).isTrue();
  }

  @Test
  void oneFileThatIsReadIsEnough() throws IOException {
    Path second = file("b");
    FileReads reads = FileReads.watch(List.of(file("a"), second));

    assertThat(Files.readString(second)).isEqualTo("record\n");

    assertThat(reads.noneRead()).isFalse();
  }

  @Test
  void filesThatAreChangedMovedOrLinkedAreUsed() throws IOException {
    Path changed = file("a");
    FileReads afterChange = FileReads.watch(List.of(changed));
    Files.writeString(changed, "more\n", StandardOpenOption.APPEND);
    Path moved = file("b");
    FileReads afterMove = FileReads.watch(List.of(moved));
    Files.move(moved, exchange.resolve("c"));
    Path linked = file("d");
    FileReads afterLink = FileReads.watch(List.of(linked));
    Files.createLink(exchange.resolve("e"), linked);

    assertThat(List.of(afterChange, afterMove, afterLink)).noneMatch(FileReads::noneRead);
  }

  @Test
  void nothingIsToldOfNoFilesOfEmptyOnesAndOfMany() throws IOException {
    Path empty = Files.createFile(exchange.resolve("empty"));
    List<Path> many =
        IntStream.rangeClosed(0, FileReads.MOST_FILES)
            .mapToObj(number -> exchange.resolve("many-" + number))
            .toList();
    for (Path path : many) {
      Files.writeString(path, "record\n");
    }

    assertThat(FileReads.watch(List.of()).noneRead()).isFalse();
    assertThat(FileReads.watch(List.of(empty)).noneRead()).isFalse();
    assertThat(FileReads.watch(many).noneRead()).isFalse();
  }

  @Test
  void aFileThatIsNotTheExchangesAloneKeepsItsTimes() throws IOException {
    Path file = file("a");
    Files.createLink(exchange.resolve("elsewhere"), file);
    Object before = Files.getAttribute(file, "lastAccessTime");
    FileReads reads = FileReads.watch(List.of(file));

    assertThat(reads.noneRead()).isFalse();
    assertThat(Files.getAttribute(file, "lastAccessTime")).isEqualTo(before);
  }

  @Test
  void aFileThatTheWriterNeverMadeIsNoError() {
    assertThat(FileReads.watch(List.of(exchange.resolve("missing"))).noneRead()).isFalse();
  }

  private Path file(String name) throws IOException {
    return Files.writeString(exchange.resolve(name), "record\n");
  }
}
