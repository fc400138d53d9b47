package io.lofn.runtime.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.runtime.embedded.NativeSources.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a tool finds in lofn-run's sandbox when it tries what it may not do, as root and as an
 * ordinary user.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SeccompInsideIT {

  private static final int USER = 12345;

  @TempDir Path directory;
  private Path helper;

  @BeforeEach
  void makeAnImageOfTheProbeOnly() throws IOException {
    Path image = Files.createDirectory(directory.resolve("image"));
    Files.createDirectory(directory.resolve("scratch"));
    Files.move(Probe.compile(NativeSources.here(), directory), image.resolve("probe"));
    helper = directory.resolve("lofn-run");
    try (var carried = EmbeddedResources.open("lofn-run-" + NativeSources.here())) {
      Files.copy(carried, helper);
    }
    assertThat(helper.toFile().setExecutable(true)).isTrue();
  }

  @Test
  void aToolOfTheExecutorsUserGetsWhatDockerAllowsAndNoMore() throws IOException {
    assertThat(probe(document(uid()), false))
        .containsExactlyInAnyOrderEntriesOf(Probe.inside(NativeSources.here()));
  }

  @Test
  void aToolOfAnOrdinaryUserGetsTheSame() throws IOException {
    assertThat(probe(document(USER), true))
        .containsExactlyInAnyOrderEntriesOf(Probe.inside(NativeSources.here()));
  }

  @Test
  void rootOfAUserNamespaceGetsTheSame() throws IOException {
    assertThat(probe(document(0), true))
        .containsExactlyInAnyOrderEntriesOf(Probe.inside(NativeSources.here()));
  }

  @Test
  void newPrivilegesDoNotTurnTheFilterOff() throws IOException {
    assertThat(probe(document(uid()).add("privileges", "new"), false))
        .containsExactlyInAnyOrderEntriesOf(Probe.inside(NativeSources.here()));
    assertThat(probe(document(USER).add("privileges", "new"), true))
        .containsExactlyInAnyOrderEntriesOf(Probe.inside(NativeSources.here()));
  }

  @Test
  void aCapabilityThatIsKeptOpensItsCallsOnly() throws IOException {
    Map<String, String> expected = Probe.inside(NativeSources.here());
    expected.put("chroot", "2"); // no such file: the call was made
    assertThat(probe(document(0).add("cap", "18"), true))
        .containsExactlyInAnyOrderEntriesOf(expected);
  }

  @Test
  void aToolThatMayAdministerTheSystemMayMakeNamespacesButNotLoadModules() throws IOException {
    Map<String, String> found = probe(document(0).add("cap", "21"), true);
    assertThat(found)
        .containsEntry("filter", "2")
        .containsEntry("mount", "2")
        .containsEntry("clone-mount", "0");
    assertThat(found).containsEntry("unshare-user", "0").containsEntry("clone3", "22");
    assertThat(found)
        .containsEntry("init_module", "1")
        .containsEntry("keyctl", "1")
        .containsEntry("chroot", "1");
    assertThat(found).containsEntry("socket-vsock", "1").containsEntry("x32", "38");
  }

  @Test
  void onlyADocumentThatSaysSoRunsWithoutAFilter() throws IOException {
    assertThat(probe(document(uid()).add("seccomp", "off"), false)).containsEntry("filter", "0");
  }

  private RunDocumentText document(int id) {
    return RunDocumentText.of(directory + "/image", directory + "/scratch", id).command("/probe");
  }

  private Map<String, String> probe(RunDocumentText document, boolean ordinary) throws IOException {
    Path file = Files.write(directory.resolve("document"), document.bytes());
    List<String> command = new ArrayList<>();
    if (ordinary && uid() == 0) {
      NativeSources.run(Map.of(), "chown", "-R", USER + ":" + USER, directory.toString())
          .succeeded();
      command.addAll(
          List.of("setpriv", "--reuid", "" + USER, "--regid", "" + USER, "--clear-groups", "--"));
    }
    command.addAll(List.of(helper.toString(), "--file", file.toString()));
    Output ran = NativeSources.run(Map.of(), command.toArray(new String[0]));
    assertThat(ran.error()).isEmpty();
    return Probe.read(ran.succeeded());
  }

  private static int uid() {
    return Integer.parseInt(NativeSources.run(Map.of(), "id", "-u").succeeded().strip());
  }
}
