package org.example.bubblewrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A root file system of the node's own static busybox, so that tests need no registry. */
public final class BusyboxImage {

  private static final Path BUSYBOX = Path.of("/bin/busybox");

  private BusyboxImage() {}

  /**
   * Makes the image {@code busybox:1} unless it is there.
   *
   * @param images the directory of the images
   */
  public static void makeIn(Path images) throws IOException, InterruptedException {
    makeIn(images, "busybox+1");
  }

  static Path makeIn(Path images, String name) throws IOException, InterruptedException {
    assertThat(BUSYBOX).as("of Debian's package busybox-static").isExecutable();
    Path root = images.resolve(name);
    if (Files.exists(root)) {
      return root;
    }
    Path bin = Files.createDirectories(root.resolve("bin"));
    Path etc = Files.createDirectories(root.resolve("etc"));
    Files.copy(BUSYBOX, bin.resolve("busybox"));
    Files.writeString(etc.resolve("passwd"), "root:x:0:0:root:/root:/bin/sh\n");
    Process list = new ProcessBuilder(BUSYBOX.toString(), "--list").start();
    try (var applets = list.inputReader()) {
      for (String applet : applets.lines().filter(each -> !each.equals("busybox")).toList()) {
        Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
      }
    }
    assertThat(list.waitFor()).isZero();
    return root;
  }
}
