package io.lofn.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lofn.api.EngineException;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerRuntimeProvider;
import io.lofn.spi.ContainerSummary;
import io.lofn.spi.ImageArchives;
import io.lofn.spi.RuntimeConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** Containers without an engine: their images, and what somebody outside of lofn sees of them. */
final class EmbeddedNode implements TestNode {

  private static final String NAME = "embedded";

  /** On the disk, for both JVMs of the tests, and none but these. */
  static final Path DIRECTORY = Path.of("target/embedded").toAbsolutePath();

  /** The name of a control group: boot and namespace, id and start of its process, a number. */
  private static final String OWNER = "lofn-[0-9a-f]{8}-\\d+-%d-\\d+-\\d+";

  private static final ContainerRuntime RUNTIME = runtime(DIRECTORY);

  static {
    load("busybox:1");
    load("lofn/debian:12");
  }

  /** What makes lofn use it, with the images busybox:1 and lofn/debian:12. */
  static Map<String, String> embedded() {
    return settingsIn(DIRECTORY);
  }

  /** What makes lofn keep images and all else below a directory. */
  static Map<String, String> settingsIn(Path directory) {
    return Map.of("spark.lofn.runtime", NAME, "spark.lofn.embedded.dir", directory.toString());
  }

  /** Has one image more, of those that {@code dev/images} makes. */
  static void load(String image) {
    loadArchive(archive(image));
  }

  static void loadArchive(Path archive) {
    ((ImageArchives) RUNTIME).load(archive, Duration.ofMinutes(3));
  }

  /** Where {@code dev/images} has put an image. */
  static Path archive(String image) {
    String directory =
        Objects.requireNonNull(
            System.getenv("LOFN_IMAGE_ARCHIVES"),
            "LOFN_IMAGE_ARCHIVES is not set: eval \"$(dev/engines env)\"");
    return Path.of(directory, image.replaceAll("[:/]", "_") + ".tar");
  }

  static ContainerRuntime runtime(Path directory) {
    ContainerRuntimeProvider provider =
        ServiceLoader.load(ContainerRuntimeProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(each -> each.name().equals(NAME))
            .findFirst()
            .orElseThrow();
    return provider.create(RuntimeConfig.of(Map.of("dir", directory.toString())));
  }

  @Override
  public String runtime() {
    return NAME;
  }

  @Override
  public Map<String, String> settings() {
    return embedded();
  }

  @Override
  public List<String> containers(String label) {
    return labelled(label);
  }

  /** The containers that lofn has noted and not removed. */
  static List<String> labelled(String label) {
    String[] pair = label.split("=", 2);
    return RUNTIME.list(Map.of(pair[0], pair[1])).stream().map(ContainerSummary::id).toList();
  }

  /** A container that is still starting cannot be removed yet. */
  @Override
  public void remove(String container) throws InterruptedException {
    Engines.waitUntil("container " + container + " can be removed", () -> removed(container));
  }

  private static boolean removed(String container) {
    try {
      RUNTIME.remove(container);
      return true;
    } catch (EngineException e) {
      if (e.isTransient()) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public List<ProcessHandle> processes(Path directory) {
    return processesOf(directory);
  }

  /** The processes of tools whose files lie below a directory of the node. */
  static List<ProcessHandle> processesOf(Path directory) {
    Path source = onItsFileSystem(directory);
    return ProcessHandle.allProcesses()
        .filter(process -> mounts(process.pid()).anyMatch(line -> isBelow(source, line)))
        .toList();
  }

  /** The helpers and inits of lofn whose parent, a JVM or a helper, is gone. */
  static List<ProcessHandle> orphans() {
    return ProcessHandle.allProcesses()
        .filter(EmbeddedNode::isHelper)
        .filter(process -> process.parent().map(EmbeddedNode::isAnother).orElse(true))
        .toList();
  }

  /** The control groups of the containers of a process, which may have ended. */
  static List<Path> controlGroups(long owner) {
    try (Stream<Path> all = Files.walk(Path.of("/sys/fs/cgroup"))) {
      return all.filter(path -> path.getFileName().toString().matches(OWNER.formatted(owner)))
          .toList();
    } catch (IOException | UncheckedIOException vanished) {
      return controlGroups(owner);
    }
  }

  private static boolean isAnother(ProcessHandle parent) {
    return !isHelper(parent) && !name(parent).equals("java");
  }

  static boolean isHelper(ProcessHandle process) {
    return name(process).equals("lofn-run");
  }

  private static String name(ProcessHandle process) {
    return lines(process.pid(), "comm").findFirst().orElse("");
  }

  private static Stream<String> mounts(long pid) {
    try {
      if (Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/mnt"))
          .equals(Files.readSymbolicLink(Path.of("/proc/self/ns/mnt")))) {
        return Stream.empty();
      }
    } catch (IOException ended) {
      return Stream.empty();
    }
    return lines(pid, "mountinfo");
  }

  private static Stream<String> lines(long pid, String file) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/" + file), UTF_8).lines();
    } catch (IOException ended) {
      return Stream.empty();
    }
  }

  /** The fourth field of a line is the directory of a file system that is mounted. */
  private static boolean isBelow(Path source, String mount) {
    return Path.of(mount.split(" ", -1)[3]).startsWith(source);
  }

  /** A directory's path from the root of the file system that it lies on. */
  private static Path onItsFileSystem(Path directory) {
    try (Stream<String> mounts = Files.lines(Path.of("/proc/self/mountinfo"))) {
      String[] longest =
          mounts
              .map(line -> line.split(" ", -1))
              .filter(mount -> directory.startsWith(mount[4]))
              .reduce((one, other) -> other[4].length() >= one[4].length() ? other : one)
              .orElseThrow();
      return Path.of(longest[3]).resolve(Path.of(longest[4]).relativize(directory)).normalize();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
