package io.lofn.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.spi.ImageConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Creates archives of images with a given configuration from the node's static busybox. An image
 * has {@code /opt/data/of-image}, a file, and {@code /opt/link}, a link to its directory.
 */
final class TestImage {

  private static final Path BUSYBOX = Path.of("/bin/busybox");

  private final Path directory;

  private TestImage(Path directory) {
    this.directory = directory;
  }

  /** Returns the name of the image of a configuration; it depends only on the configuration. */
  static String name(ImageConfig config) {
    return "lofn/testkit-" + sha256((json(config) + 1).getBytes(UTF_8)).substring(0, 16) + ":1";
  }

  /**
   * Creates the archive that {@code docker save} would create of the image.
   *
   * @param directory an empty directory
   * @return the archive
   */
  static Path archive(Path directory, ImageConfig config) throws Exception {
    return new TestImage(directory).archive(config);
  }

  private Path archive(ImageConfig config) throws Exception {
    Path layer = directory.resolve("layer.tar");
    tar(layer, files(Files.createDirectory(directory.resolve("root"))), ".");
    String image =
        """
        {"architecture":"%s","os":"linux","config":%s,
        "rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}
        """
            .formatted(architecture(), json(config), sha256(Files.readAllBytes(layer)));
    Files.writeString(directory.resolve("config.json"), image);
    Files.writeString(
        directory.resolve("manifest.json"),
        "[{\"Config\":\"config.json\",\"RepoTags\":[%s],\"Layers\":[\"layer.tar\"]}]"
            .formatted(quoted(name(config))));
    Path archive = directory.resolve("image.tar");
    tar(archive, directory, "manifest.json", "config.json", "layer.tar");
    return archive;
  }

  private static Path files(Path root) throws Exception {
    for (String each : List.of("bin", "etc", "dev", "proc", "sys", "root", "opt/data")) {
      Files.createDirectories(root.resolve(each));
    }
    run(List.of("mkdir", "-m", "1777", root.resolve("tmp").toString()));
    Files.writeString(root.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
    Files.writeString(root.resolve("opt/data/of-image"), "of the image\n");
    Files.createSymbolicLink(root.resolve("opt/link"), Path.of("data"));
    assertThat(BUSYBOX).as("of Debian's package busybox-static").isExecutable();
    Files.copy(BUSYBOX, root.resolve("bin/busybox"));
    Process list = new ProcessBuilder(BUSYBOX.toString(), "--list").start();
    String names = new String(list.getInputStream().readAllBytes(), UTF_8);
    for (String applet : names.lines().filter(name -> !name.equals("busybox")).toList()) {
      Files.createSymbolicLink(root.resolve("bin").resolve(applet), Path.of("busybox"));
    }
    return root;
  }

  private static void tar(Path file, Path directory, String... names) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("tar", "--sort=name", "--mtime=@0", "--owner=0", "--group=0"));
    command.addAll(List.of("--numeric-owner", "-cf", file.toString(), "-C", directory.toString()));
    command.addAll(List.of(names));
    run(command);
  }

  private static void run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as("%s: %s", command, said).isZero();
  }

  private static String architecture() {
    String name = System.getProperty("os.arch");
    return Map.of("x86_64", "amd64", "aarch64", "arm64").getOrDefault(name, name);
  }

  private static String json(ImageConfig config) {
    List<String> environment =
        config.environment().entrySet().stream()
            .map(each -> each.getKey() + "=" + each.getValue())
            .toList();
    return ("{\"Env\":[%s],\"Volumes\":{%s},\"WorkingDir\":%s,"
            + "\"Entrypoint\":[%s],\"Cmd\":[%s],\"User\":%s,\"StopSignal\":%s}")
        .formatted(
            all(environment),
            config.volumes().stream().map(each -> quoted(each) + ":{}").collect(joining(",")),
            quoted(config.workingDirectory().orElse("")),
            all(config.entrypoint()),
            all(config.command()),
            quoted(config.user().orElse("")),
            quoted(config.stopSignal().orElse("")));
  }

  private static String all(Collection<String> texts) {
    return texts.stream().map(TestImage::quoted).collect(joining(","));
  }

  private static String quoted(String text) {
    StringBuilder json = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < ' ') {
        json.append("\\u%04x".formatted((int) c));
      } else {
        json.append(c);
      }
    }
    return json.append('"').toString();
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
