package io.lofn.runtime.embedded.helper;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.runtime.embedded.helper.Lab.Outcome;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Documents that lofn-run refuses: with one line, before anything is started. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BadDocumentTest {

  private Lab lab;
  private Document good;

  @BeforeEach
  void open() {
    lab = new Lab(Lab.Who.USER);
    good = lab.document().arguments("true");
  }

  @AfterEach
  void close() throws Exception {
    lab.close();
  }

  private void isRefused(byte[] document, String why) throws Exception {
    Outcome outcome = lab.run(document, "");
    assertThat(outcome.code()).as(outcome.toString()).isEqualTo(125);
    assertThat(outcome.output()).isEmpty();
    assertThat(outcome.all()).startsWith("lofn-run: cannot ").contains(why).endsWith("\n");
    assertThat(outcome.all().lines()).hasSize(1);
  }

  private static byte[] joined(byte[] one, byte[] other) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(one);
    all.writeBytes(other);
    return all.toByteArray();
  }

  @Test
  void acceptsTheDocumentThatTheOthersAreMadeOf() throws Exception {
    assertThat(lab.run(good).succeeded()).isEmpty();
  }

  @Test
  void refusesADocumentThatEndsEarlierAtWhateverByte() throws Exception {
    byte[] whole = good.whole();
    for (int length = 0; length < whole.length; length++) {
      isRefused(Arrays.copyOf(whole, length), "cannot read the document");
    }
  }

  @Test
  void refusesABodyThatEndsEarlierAtWhateverByteThoughItsHeaderSaysSo() throws Exception {
    byte[] body = good.with("end").body();
    for (int length = 0; length < body.length; length++) {
      isRefused(Document.framed(Arrays.copyOf(body, length)), "cannot read the document");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "LOFNRUN200000004end",
        "lofnrun100000004end",
        "LOFNRUN1-0000004end",
        "LOFNRUN10000000Aend",
        "LOFNRUN1 000004 end",
        "LOFNRUN101000001end",
        "LOFNRUN1ffffffffend",
        "LOFNRUN10x000004end",
        "#!/bin/sh\necho 123456789"
      })
  void refusesAHeaderOfAnotherKind(String text) throws Exception {
    isRefused(text.getBytes(StandardCharsets.UTF_8), "no header LOFNRUN1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "roots|/x|unknown keyword",
        "ROOT|/x|unknown keyword",
        "''|''|unknown keyword",
        "upper|0|bad operand",
        "upper|-1|bad operand",
        "upper|1k|bad operand",
        "upper|' 1'|bad operand",
        "upper|''|bad operand",
        "upper|9223372036854775808|bad operand",
        "upper|99999999999999999999999999|bad operand",
        "parent|0|bad operand",
        "parent|2147483648|bad operand",
        "network|bridge|unknown word",
        "network|''|unknown word",
        "hostname|''|bad operand",
        "cwd|relative|bad operand",
        "cwd|''|bad operand",
        "env|NAME|bad operand",
        "env|=value|bad operand",
        "env|''|bad operand",
        "shm|0|bad operand",
        "cap|64|bad operand",
        "cap|all|bad operand",
        "privileges|old|unknown word",
        "init|yes|unknown word",
        "stdin|maybe|unknown word",
        "seccomp|on|unknown word",
        "cgroup|memory|bad operand",
      })
  void refusesAnOperandThatIsNotOfItsKind(String keyword, String operand, String why)
      throws Exception {
    isRefused(good.with(keyword, operand).whole(), why);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ids -1 0",
        "ids 4294967295 0",
        "ids 0 root",
        "bind wr /x /y",
        "bind ro x /y",
        "bind ro /x y",
        "tmpfs 0 1777 /x",
        "tmpfs 1 999 /x",
        "tmpfs 1 17777 /x",
        "tmpfs 1 1777 x",
        "text x y",
        "device /dev/null null",
        "device null /dev/null",
        "rlimit 16 1 1",
        "rlimit 7 2 1",
        "rlimit 7 x 1",
        "rlimit 7 unlimited 1"
      })
  void refusesOneBadOperandAmongSeveral(String entry) throws Exception {
    Document document = entry.startsWith("ids") ? good.without("ids") : good;
    isRefused(document.with(entry.split(" ", -1)).whole(), "cannot read the document");
  }

  @ParameterizedTest
  @ValueSource(strings = {"root", "scratch", "ids", "arg"})
  void refusesADocumentWithoutWhatItMustHave(String keyword) throws Exception {
    isRefused(good.without(keyword).whole(), "is missing");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "root /x",
        "scratch /x",
        "ids 0 0",
        "upper 1",
        "parent 1",
        "network none",
        "hostname x",
        "cwd /",
        "shm 1",
        "privileges new",
        "init no",
        "stdin no",
        "seccomp off"
      })
  void refusesTwiceWhatMayOccurOnce(String entry) throws Exception {
    String[] words = entry.split(" ", -1);
    Document one = good.without(words[0]).with(words);
    isRefused(one.with(words).whole(), "keyword twice");
  }

  @Test
  void refusesWhatFollowsTheEnd() throws Exception {
    byte[] body = good.with("end").body();
    isRefused(Document.framed(joined(body, new byte[1])), "bytes behind the end");
    isRefused(Document.framed(joined(body, body)), "bytes behind the end");
    Files.write(lab.base.resolve("long"), joined(good.whole(), new byte[1]));
    Process process =
        new ProcessBuilder(lab.command("--file", lab.base.resolve("long").toString())).start();
    Outcome outcome = Lab.outcome(process);
    assertThat(outcome.code()).isEqualTo(125);
    assertThat(outcome.all()).contains("the file is longer than its header says");
  }

  @ParameterizedTest
  @ValueSource(strings = {"root /x", "scratch /x", "arg x", "hostname x", "seccomp off", "end"})
  void refusesInTheFirstPartWhatBelongsToTheRest(String entry) throws Exception {
    Document first = new Document().with("ids", "0", "0").with(entry.split(" ", -1)).with("more");
    isRefused(Document.framed(first.body()), "cannot read the document");
  }

  @ParameterizedTest
  @ValueSource(strings = {"parent 1", "ids 1 1", "network host", "cgroup /x", "more"})
  void refusesInTheRestWhatNamespacesWereMadeOfBefore(String entry) throws Exception {
    byte[] rest = good.without("ids").with(entry.split(" ", -1)).whole();
    isRefused(joined(good.first(), rest), "keyword of the first part");
  }

  @Test
  void refusesAFirstPartWithoutIds() throws Exception {
    isRefused(Document.framed(new Document().with("more").body()), "ids is missing");
  }

  @Test
  void refusesARestThatEndsEarlierAtWhateverByte() throws Exception {
    byte[] rest = good.rest();
    for (int length = 0; length < rest.length; length++) {
      isRefused(joined(good.first(), Arrays.copyOf(rest, length)), "cannot read the document");
    }
  }

  @Test
  void refusesAFileOfTwoParts() throws Exception {
    Path file = Files.write(lab.base.resolve("parts"), good.first());
    Process process = new ProcessBuilder(lab.command("--file", file.toString())).start();
    Outcome outcome = Lab.outcome(process);
    assertThat(outcome.code()).isEqualTo(125);
    assertThat(outcome.all()).contains("a file has one part").hasLineCount(1);
  }

  @Test
  void refusesAPathThatIsLongerThanTheKernelTakes() throws Exception {
    isRefused(good.with("cwd", "/" + "x".repeat(4095)).whole(), "bad operand");
  }

  @Test
  void refusesAFileThatIsNotThereAndOptionsThatItDoesNotHave() throws Exception {
    for (List<String> arguments :
        List.of(
            List.of("--file", "/nowhere/document"),
            List.of("--file"),
            List.of("--root", "/"),
            List.of("--version", "x"),
            List.of("--shell"),
            List.of("document"))) {
      Process process = new ProcessBuilder(lab.command(arguments.toArray(new String[0]))).start();
      Outcome outcome = Lab.outcome(process);
      assertThat(outcome.code()).as(arguments.toString()).isEqualTo(125);
      assertThat(outcome.all()).startsWith("lofn-run: ").hasLineCount(1);
    }
  }

  @Test
  void saysInOneLineWhatIsNotThere() throws Exception {
    String missing = lab.base.resolve("missing\nroot").toString();
    Outcome outcome = lab.run(good.without("root").with("root", missing));
    assertThat(outcome.code()).isEqualTo(125);
    assertThat(outcome.all())
        .isEqualTo(
            "lofn-run: cannot open "
                + missing.replace('\n', '?')
                + ": ENOENT no such file or directory\n");
    String source = lab.base.resolve("source").toString();
    assertThat(lab.run(good.with("bind", "ro", source, "/x")).all())
        .isEqualTo("lofn-run: cannot open " + source + ": ENOENT no such file or directory\n");
  }

  @Test
  void isNotStartedForAnotherParent() throws Exception {
    Outcome outcome = lab.run(good.with("parent", "1"));
    assertThat(outcome.code()).isEqualTo(125);
    assertThat(outcome.all()).startsWith("lofn-run: cannot watch").hasLineCount(1);
    Outcome gone = lab.run(good.with("parent", "2147483647"));
    assertThat(gone.code()).isEqualTo(125);
    assertThat(gone.all()).contains("ESRCH");
  }

  @Test
  void isNotRunSetUid() throws Exception {
    // Only root can make a file that is another user's.
    try (Lab root = new Lab(Lab.Who.all().findFirst().orElseThrow())) {
      Path helper = lab.helper();
      if (root.who == Lab.Who.ROOT) {
        Files.setAttribute(helper, "unix:mode", 0104755);
        Outcome outcome = Lab.outcome(new ProcessBuilder(helper.toString(), "--version").start());
        assertThat(outcome.code()).isEqualTo(125);
        assertThat(outcome.all()).startsWith("lofn-run: cannot run set-uid").hasLineCount(1);
      }
      assertThat(Lab.outcome(new ProcessBuilder(root.command("--version")).start()).succeeded())
          .isEqualTo("lofn-run 1\n");
    }
  }

  @Test
  void leavesNothingBehindWhereTheSetUpFails() throws Exception {
    lab.run(good.with("bind", "ro", lab.base.toString(), "/bin/busybox"));
    lab.run(good.with("cwd", "/missing"));
    // Others mount and unmount meanwhile.
    assertThat(Files.readAllLines(Path.of("/proc/self/mountinfo")))
        .noneMatch(mount -> mount.contains(lab.base.toString()));
    assertThat(lab.base.resolve("scratch")).isEmptyDirectory();
  }
}
