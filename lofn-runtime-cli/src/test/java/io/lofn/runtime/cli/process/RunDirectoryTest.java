package io.lofn.runtime.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunDirectoryTest {

  @Test
  void isNobodyElsesBusinessAndGoesWithAllItHolds() throws Exception {
    RunDirectory directory = RunDirectory.create();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.path())))
        .isEqualTo("rwx------");
    assertThat(directory.tellsOutOfMemory()).isFalse();
    Files.createFile(directory.path().resolve("oom"));
    assertThat(directory.tellsOutOfMemory()).isTrue();
    Path environment = directory.writeEnvironment(List.of("A=größe", "B="));
    assertThat(environment).hasContent("A=größe\nB=\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(environment)))
        .isEqualTo("rw-------");
    directory.deleteEnvironment();
    assertThat(environment).doesNotExist();

    directory.delete();
    directory.delete();

    assertThat(directory.path()).doesNotExist();
  }

  @Test
  void whatAnotherUserHasPlantedIsLeftAlone() throws Exception {
    Process gone = new ProcessBuilder("true").start();
    gone.waitFor();
    RunDirectory mine = RunDirectory.create();
    String prefix = "lofn-cli-" + gone.pid() + "-";
    Path victim = Files.createDirectory(mine.path().resolve("victim"));
    Path kept = Files.createFile(victim.resolve("kept"));
    Path parent = mine.path().getParent();
    Path theirs = Files.createDirectory(parent.resolve(prefix + "theirs"));
    Files.createFile(theirs.resolve("file"));
    Files.setAttribute(theirs, "unix:uid", 12345);
    Path open = Files.createDirectory(parent.resolve(prefix + "open"));
    Files.createFile(open.resolve("file"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path pipe = parent.resolve(prefix + "pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    Path link = Files.createSymbolicLink(parent.resolve(prefix + "link"), victim);
    for (Path each : List.of(theirs, open, pipe, link, victim)) {
      // The JDK would open the pipe to do that, and block.
      assertThat(new ProcessBuilder("touch", "-hd", "-1 hour", each.toString()).start().waitFor())
          .isZero();
    }

    RunDirectory.deleteOrphans();

    assertThat(kept).exists();
    assertThat(theirs.resolve("file")).exists();
    assertThat(open.resolve("file")).exists();
    assertThat(pipe).exists();
    for (Path each :
        List.of(theirs.resolve("file"), theirs, open.resolve("file"), open, pipe, link)) {
      Files.delete(each);
    }
    mine.delete();
  }

  @Test
  void thoseOfProcessesThatAreGoneAreDeleted() throws Exception {
    Process gone = new ProcessBuilder("true").start();
    gone.waitFor();
    RunDirectory mine = RunDirectory.create();
    Path parent = mine.path().getParent();
    Path orphan =
        Files.createDirectory(
            parent.resolve("lofn-cli-" + gone.pid() + "-1"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.createFile(orphan.resolve("oom"));
    RunDirectory.deleteOrphans();
    assertThat(orphan).as("may be that of a process in another namespace").exists();
    Files.setLastModifiedTime(orphan, FileTime.from(Instant.now().minusSeconds(120)));
    Path other = Files.createDirectory(parent.resolve("lofn-cli-x"));

    RunDirectory.deleteOrphans();

    assertThat(orphan).doesNotExist();
    assertThat(mine.path()).exists();
    assertThat(other).exists();
    Files.delete(other);
    mine.delete();
  }
}
