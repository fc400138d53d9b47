package io.lofn.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/**
 * The first command of the README, from a clone whose sources are compiled: on a machine with a JDK
 * and Maven and nothing else of what lofn uses, and on this one. All that it may write to is a
 * directory of the test, mounted where it looks for it.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class QuickstartIT {

  private static final int USER = 61_234;
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path DIRECTORY = Path.of("target/quickstart").toAbsolutePath();

  /** A user with a home, the clone in it, and the libraries of Maven. */
  private static final String PLACES =
      """
      set -eu
      here=/mnt user=$2
      mount --make-rprivate /
      mount --bind "$3" "$1/home/guest/.m2/repository"
      mount -o remount,bind,ro "$1/home/guest/.m2/repository"
      mount --rbind "$1" "$here"
      { cat /etc/passwd; echo "guest:x:$user:$user::/home/guest:/bin/sh"; } >"$here/passwd"
      mount --bind "$here/passwd" /etc/passwd
      mount --rbind "$here/home" /home
      cd /home/guest/lofn
      """;

  /** Hides engines with their sockets, compilers, what images are made with, and others' files. */
  private static final String BARE =
      """
      for place in tmp var/tmp dev/shm; do mount --bind "$here/$place" "/$place"; done
      for place in /usr/lib/gcc /usr/include; do mount -t tmpfs none "$place"; done
      find /run -type s -exec mount --bind /dev/null {} ';'
      for program in docker dockerd podman containerd runc crun conmon ch-run bwrap sudo mmdebstrap busybox \\
          gcc cc c99 x86_64-linux-gnu-gcc aarch64-linux-gnu-gcc cpp as ld; do
        while path=$(command -v "$program"); do mount --bind /dev/null "$path"; hash -r; done
      done
      """;

  private static final String AS_GUEST =
      "setpriv --reuid=$user --regid=$user --clear-groups env -i HOME=/home/guest LC_ALL=C.UTF-8"
          + " PATH=\"$PATH\" JAVA_HOME=\"$JAVA_HOME\" MAVEN_OPTS=\"$MAVEN_OPTS\" ";

  @BeforeAll
  static void copyTheProject() {
    run(
        """
        rm -rf --one-file-system "$1"
        mkdir -p "$1"/home/guest/lofn "$1"/home/guest/.m2/repository "$1"/tmp "$1"/var/tmp "$1"/dev/shm
        cd "$4"
        {
          find . -name pom.xml -not -path '*/target/*' -print0
          find LICENSE .mvn dev src lofn-*/src/main lofn-*/target/classes -not -type d -not -name 'lofn-run-*' -print0
        } | tar --null -T - -cf - | tar -C "$1/home/guest/lofn" -xf -
        echo '<settings><offline>true</offline></settings>' >"$1/home/guest/.m2/settings.xml"
        chown -R "$2:$2" "$1/home/guest"
        chmod 1777 "$1/tmp" "$1/var/tmp" "$1/dev/shm"
        """,
        ROOT.toString());
  }

  @AfterAll
  static void deleteTheCopy() {
    run("rm -rf --one-file-system \"$1\"");
  }

  @Test
  @Order(1)
  void anOrdinaryUserCountsWordsWithoutAnEngineAndNothingIsInstalledOrLeft() {
    String output =
        inNamespace(
            BARE
                + """
                dpkg-query -W >"$here/before"
                %s dev/quickstart LICENSE 2>&1
                dpkg-query -W | cmp - "$here/before" && echo nothing installed
                cmp /proc/self/mountinfo - <<END && echo nothing mounted
                $(cat /proc/self/mountinfo)
                END
                # What waited for a container ends a moment after the JVM, and is then init's to reap.
                for i in $(seq 1000); do ps -o stat= -u "$user" | grep -qv ^Z || break; done
                ps -o stat=,pid=,args= -u "$user" | grep -v ^Z || echo no process
                find /run /var -xdev -path /var/tmp -prune -o -user "$user" -printf 'left: %%p\\n'
                find /tmp /dev/shm /var/tmp /home -mindepth 1 -maxdepth 1 -printf 'left: %%p\\n'
                find /home/guest -mindepth 1 -maxdepth 2 -not -path '*/lofn/*' -printf 'left: %%p\\n'
                """
                    .formatted(AS_GUEST));

    assertThat(output)
        .containsSubsequence(
            "no container engine answers; using lofn's own runtime embedded, which needs none",
            "there is no C compiler; unpacking one to /home/guest/.cache/lofn/compiler",
            "building lofn",
            "could not pull busybox:1; building it from a package of this system",
            "embedded: made /home/guest/.cache/lofn/images/archives/busybox_1.tar",
            "97 the\n62 or\n61 of\n",
            "the complete result is in /home/guest/lofn/target/quickstart/word-counts.txt",
            "nothing installed",
            "nothing mounted",
            "no process");
    assertThat(output.lines().filter(line -> line.startsWith("left: ")))
        .filteredOn(line -> !line.contains("/hsperfdata_"))
        .containsExactlyInAnyOrder(
            "left: /var/tmp/lofn-embedded-" + USER,
            "left: /home/guest",
            "left: /home/guest/.m2",
            "left: /home/guest/.m2/settings.xml",
            "left: /home/guest/.m2/repository",
            "left: /home/guest/.cache",
            "left: /home/guest/.cache/lofn",
            "left: /home/guest/lofn");
  }

  @Test
  @Order(2)
  void whereTheKernelAllowsNoContainersTheReasonIsToldAndAnEngineIsWanted() {
    String refused =
        AS_GUEST
            + """
            unshare --user --map-current-user --keep-caps sh -euc '
              echo 0 >/proc/sys/user/max_user_namespaces
              exec setpriv --inh-caps=-all --ambient-caps=-all dev/quickstart "$@" LICENSE 2>&1' sh %s || echo code $?
            """;
    assertThat(inNamespace(BARE + refused.formatted("")))
        .containsSubsequence(
            "using lofn's own runtime embedded",
            "max_user_namespaces",
            "the runtime embedded cannot be used here; see the lines above. Looking for an engine",
            "starting docker",
            "this needs root",
            "code 1");
    assertThat(inNamespace(BARE + refused.formatted("--conf spark.lofn.runtime=embedded")))
        .containsSubsequence(
            "max_user_namespaces",
            "the runtime embedded, for which you ask, cannot be used here",
            "code 1")
        .doesNotContain("docker");
  }

  @Test
  @Order(3)
  void anEngineThatAnswersIsUsedAndSoIsTheRuntimeThatIsAskedFor() {
    assertThat(inNamespace("dev/quickstart LICENSE"))
        .contains("97 the\n62 or\n61 of\n", "Container runtime docker")
        .doesNotContain("embedded");
    assertThat(
            inNamespace(
                "dev/quickstart --conf spark.lofn.runtime=embedded --conf spark.lofn.embedded.dir=$here/store LICENSE"))
        .contains("97 the\n62 or\n61 of\n", "Container runtime embedded")
        .doesNotContain("no container engine answers");
  }

  private static String inNamespace(String script) {
    return run("exec unshare --mount sh -c \"$4\" sh \"$@\"", PLACES + script);
  }

  /** Runs a script with the directory, the user and the repository, and more, as arguments. */
  private static String run(String script, String... more) {
    List<String> command = new ArrayList<>(List.of("sh", "-euc", script, "sh"));
    command.addAll(List.of(DIRECTORY.toString(), Integer.toString(USER)));
    command.add(System.getProperty("maven.repo.local"));
    command.addAll(List.of(more));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    // The classes are there: they are packed only.
    builder
        .environment()
        .put(
            "MAVEN_OPTS",
            "-XX:TieredStopAtLevel=1 -Dmaven.main.skip=true -Dmaven.legacyLocalRepo=true");
    builder
        .environment()
        .merge(
            "PATH",
            Path.of(System.getProperty("maven.home"), "bin").toString(),
            (a, b) -> a + ":" + b);
    try {
      Process process = builder.start();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor()).as(output).isZero();
      return output;
    } catch (IOException e) {
      throw new AssertionError("Cannot run " + command, e);
    } catch (InterruptedException e) {
      throw new AssertionError("Interrupted", e);
    }
  }
}
