package io.lofn.core.check;

import io.lofn.api.LofnException;
import io.lofn.api.Tool;
import io.lofn.api.UnsupportedFeaturePolicy;
import io.lofn.api.Volume;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.image.ImageRequirement;
import io.lofn.core.run.ToolRunner;
import io.lofn.core.storage.VolumeStaging;
import io.lofn.core.task.TaskCalls;
import io.lofn.core.task.TaskScope;
import io.lofn.spi.StagedVolume;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Checks what a tool finds in its container on this node, by running tools. */
public final class ContainerChecks {

  static final String NETWORK = "network";
  static final String VOLUME = "volume";

  private static final String OPERATOR = "doctor";
  private static final String HEAD_OF_ROUTES = "Iface";
  private static final int ADDRESS_FIELDS = 6;

  private final ToolRunner runner;
  private final TaskCalls calls;
  private final VolumeStaging volumes;

  @Inject
  ContainerChecks(ToolRunner runner, TaskCalls calls, VolumeStaging volumes) {
    this.runner = runner;
    this.calls = calls;
    this.volumes = volumes;
  }

  /**
   * Checks which networks a tool without a network reaches. Mounts none of the tool's volumes: a
   * broken volume is a result of its own.
   *
   * @param open whether the runtime does not support network isolation
   */
  CheckResult network(
      Tool<String, String> tool, ImageRequirement need, TaskScope task, boolean open) {
    // Routes, not interfaces: some kernels put idle interfaces into every namespace.
    String script = "cat /proc/net/route; cat /proc/net/if_inet6 2>/dev/null || true";
    try {
      Set<String> interfaces = interfaces(run(bare(tool.image()).shell(script), need, task));
      if (open) {
        return CheckResult.good(NETWORK, "open, the runtime cannot close it");
      }
      return interfaces.isEmpty()
          ? CheckResult.good(NETWORK, "none")
          : CheckResult.bad(
              NETWORK,
              "a tool without a network has a route through " + interfaces,
              "The engine attaches a network to containers that must have none: check its"
                  + " configuration and its hooks.");
    } catch (LofnException | IOException e) {
      return CheckResult.bad(
          NETWORK,
          message(e),
          "Even a tool that only runs cat fails: see the engine's log on the node.");
    }
  }

  /** Returns a tool with an image only. It tolerates features that the runtime does not support. */
  public static Tool<String, String> bare(String image) {
    return Tool.pipe(image).unsupportedFeatures(UnsupportedFeaturePolicy.WARN);
  }

  /** Returns the interfaces with a route or an address, except the loopback interface. */
  public static Set<String> interfaces(List<String> lines) {
    Set<String> names = new TreeSet<>();
    for (String line : lines) {
      String[] fields = line.strip().split("\\s+", -1);
      boolean address = fields.length == ADDRESS_FIELDS && fields[0].matches("[0-9a-f]{32}");
      names.add(address ? fields[ADDRESS_FIELDS - 1] : fields[0]);
    }
    names.removeAll(Set.of("lo", HEAD_OF_ROUTES, ""));
    return names;
  }

  /**
   * Checks whether a tool finds as much in a volume as this executor does. Mounts that volume only.
   */
  CheckResult volume(
      Tool<String, String> tool, Volume volume, ImageRequirement need, TaskScope task) {
    try (StagedVolume staged =
        calls.callInterruptibly(task, () -> volumes.stage(volume.source()), StagedVolume::close)) {
      boolean tree = Files.isDirectory(staged.path());
      long here = tree ? entries(staged.path()) : Files.size(staged.path());
      String target = volume.target();
      String script = tree ? "ls -A %s/ | wc -l" : "wc -c < %s";
      Tool<String, String> look = bare(tool.image()).volume(volume);
      List<String> lines = run(look.shell(script.formatted(target)), need, task);
      String there = String.join(" ", lines).strip();
      String what = tree ? " entries" : " bytes";
      return there.equals(Long.toString(here))
          ? CheckResult.good(VOLUME, here + what)
          : CheckResult.bad(
              VOLUME,
              "the executor finds %d%s in %s, but a container finds '%s'"
                  .formatted(here, what, staged.path(), there),
              "The engine does not see the executor's files there: see %s in docs/kubernetes.md."
                  .formatted(LofnConfig.HOST_PATH_MAP.name()));
    } catch (LofnException | IOException | UncheckedIOException e) {
      return CheckResult.bad(
          VOLUME,
          message(e),
          "The volume must be a path of every node, or a URI that the executor's user may read.");
    }
  }

  private static long entries(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.count();
    }
  }

  private List<String> run(Tool<String, String> tool, ImageRequirement need, TaskScope task)
      throws IOException {
    List<String> lines = new ArrayList<>();
    runner
        .run(OPERATOR, tool, need, Collections.singleton("").iterator(), task)
        .forEachRemaining(lines::add);
    return lines;
  }

  private static String message(Exception e) {
    return e instanceof LofnException ? e.getMessage() : e.toString();
  }
}
