package io.lofn.runtime.embedded.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_DIR;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_LINK;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_NORMAL;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_SYMLINK;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.FileNames;
import io.lofn.files.FileUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests owners, modes, times and names of what is unpacked, as this user and as an ordinary one.
 */
@Timeout(120)
class TreeAttributesTest {

  private static final long TIME = 1_234_567_890_000L;

  @TempDir private Path directory;
  private Path images;
  private Path archive;
  private TestImage image;

  @BeforeEach
  void makeAnImage() throws Exception {
    images = directory.resolve("images");
    archive = directory.resolve("archive.tar");
    image =
        TestImage.named("a:1")
            .layer(
                tar -> {
                  put(tar, LF_DIR, "./", 0755, "");
                  put(tar, LF_DIR, "tmp/", 01777, "");
                  put(tar, LF_DIR, "mail/", 02775, "");
                  put(tar, LF_NORMAL, "mail/box", 0640, "x");
                  put(tar, LF_NORMAL, "program", 06755, "x");
                  put(tar, LF_NORMAL, "closed", 0, "x");
                  put(tar, LF_DIR, "shut/", 0, "");
                  put(tar, LF_NORMAL, "shut/file", 0200, "x");
                  put(tar, LF_DIR, "readable/", 0555, "");
                  put(tar, LF_NORMAL, "readable/\u00e4", 0644, "x");
                  put(tar, LF_NORMAL, "readable/\u00f6", 0644, "x");
                  put(tar, LF_SYMLINK, "link", 0777, "/\u00e4");
                  put(tar, LF_LINK, "hard", 0755, "program");
                })
            .layer(
                tar -> {
                  put(tar, LF_DIR, "./", 0755, "");
                  put(tar, LF_LINK, "harder", 0755, "hard");
                });
    image.saveTo(archive);
  }

  private static void put(TarArchiveOutputStream tar, byte type, String name, int mode, String text)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
    entry.setMode(mode);
    entry.setIds(1234, 2345);
    entry.setModTime(FileTime.fromMillis(TIME));
    entry.setSize(type == LF_NORMAL ? text.length() : 0);
    if (type == LF_LINK || type == LF_SYMLINK) {
      entry.setLinkName(text);
    }
    tar.putArchiveEntry(entry);
    if (type == LF_NORMAL) {
      tar.write(text.getBytes(UTF_8));
    }
    tar.closeArchiveEntry();
  }

  private Path root() {
    return images.resolve("sha256").resolve(TestImage.hex(image.id())).resolve("root");
  }

  private int mode(String name) throws IOException {
    return (Integer) Files.getAttribute(root().resolve(name), "unix:mode") & 07777;
  }

  private List<Long> owners(String name) throws IOException {
    Path path = FileNames.resolve(root(), name);
    Object group = Files.getAttribute(path, "unix:gid", LinkOption.NOFOLLOW_LINKS);
    return List.of(FileUser.ownerOf(path), ((Integer) group).longValue());
  }

  private void assertSameForAll() throws IOException {
    assertThat(mode("tmp")).isEqualTo(01777);
    assertThat(mode("program")).isEqualTo(0755);
    assertThat(Files.getAttribute(root().resolve("program"), "unix:nlink")).isEqualTo(3);
    for (String name : List.of("", "tmp", "mail", "shut", "program", "readable/\u00e4", "link")) {
      Path path = name.isEmpty() ? root() : FileNames.resolve(root(), name);
      assertThat(Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).toMillis())
          .as(name)
          .isEqualTo(TIME);
    }
    assertThat(FileNames.resolve(root(), "readable/\u00f6")).hasContent("x");
  }

  @Test
  void thisUserKeepsWhatItMayKeepButNoSetUidBits() throws Exception {
    TestImage.store(images).load(archive, Duration.ofMinutes(1));

    assertSameForAll();
    boolean isRoot = Owners.mayBeKept();
    FileUser user = FileUser.find();
    List<Long> expected = isRoot ? List.of(1234L, 2345L) : List.of(user.uid(), user.gid());
    for (String name : List.of("tmp", "mail/box", "program", "link", "readable/\u00e4")) {
      assertThat(owners(name)).as(name).isEqualTo(expected);
    }
    assertThat(mode("closed")).isEqualTo(isRoot ? 0 : 0400);
    assertThat(mode("shut")).isEqualTo(isRoot ? 0 : 0700);
    assertThat(mode("mail")).isEqualTo(isRoot ? 02775 : 0775);
  }

  /** Its containers have a user namespace with one user, who could not read files of others. */
  @Test
  void allFilesAreOfRootThatLacksTheCapabilitiesForContainersWithMoreUsers() throws Exception {
    List<String> command =
        new ArrayList<>(
            FileUser.find().uid() == 0
                ? List.of("setpriv", "--bounding-set=-sys_admin", "--")
                : List.of("unshare", "--map-root-user", "--"));
    command.addAll(StoreProgram.command(images, archive));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    assertThat(new String(process.getInputStream().readAllBytes(), UTF_8)).isEmpty();
    assertThat(process.waitFor()).isZero();

    assertSameForAll();
    FileUser user = FileUser.find();
    for (String name : List.of("tmp", "mail/box", "program", "link")) {
      assertThat(owners(name)).as(name).isEqualTo(List.of(user.uid(), user.gid()));
    }
    assertThat(mode("closed")).isEqualTo(0400);
  }

  /** In the locale C, in which the JDK alone loses all names that are not ASCII. */
  @Test
  void allFilesAreAnOrdinaryUsersWhoCanReadAndDeleteThem() throws Exception {
    try (OrdinaryUser user = new OrdinaryUser()) {
      images = user.directory().resolve("images");
      archive = image.saveTo(user.directory().resolve("archive.tar"));
      assertThat(
              user.run(StoreProgram.class, "load", images.toString(), archive.toString(), "100g"))
          .isEmpty();

      assertSameForAll();
      List<Long> expected = List.of(user.uid(), user.uid());
      for (String name : List.of("tmp", "mail/box", "program", "link", "readable/\u00e4")) {
        assertThat(owners(name)).as(name).isEqualTo(expected);
      }
      assertThat(mode("closed")).isEqualTo(0400);
      assertThat(mode("shut")).isEqualTo(0700);
      assertThat(mode("shut/file")).isEqualTo(0600);
      assertThat(mode("readable")).isEqualTo(0755);
      assertThat(mode("mail")).isEqualTo(0775);
      user.sh("rm -rf " + images);
      assertThat(images).doesNotExist();
    }
  }
}
