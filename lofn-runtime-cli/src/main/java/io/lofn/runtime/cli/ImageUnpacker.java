package io.lofn.runtime.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lofn.api.EngineException;
import io.lofn.files.FileTree;
import io.lofn.files.Writers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Unpacks the images of one archive into a store, each into a directory. */
final class ImageUnpacker {

  /** What the programs that run images mount onto. */
  private static final List<String> DIRECTORIES =
      List.of("dev", "proc", "sys", "tmp", "etc", "root", "mnt", "ch");

  private static final String WHITEOUT = ".wh.";
  private static final String OPAQUE = ".wh..wh..opq";

  private static final JsonMapper JSON = new JsonMapper();

  private final ImageStore store;
  private final Path archive;
  private final long deadline;

  ImageUnpacker(ImageStore store, Path archive, Duration timeout) {
    this.store = store;
    this.archive = archive;
    deadline = System.nanoTime() + timeout.toNanos();
  }

  void load() {
    try {
      Path work = Files.createTempDirectory(Files.createDirectories(store.directory()), ".lofn-");
      try {
        Path unpacked = Files.createDirectory(work.resolve("archive"));
        tar("-xf", archive.toString(), "-C", unpacked.toString());
        for (ArchivedImage image : ArchivedImage.read(unpacked)) {
          add(image, Files.createTempDirectory(work, "image-"));
        }
      } finally {
        FileTree.delete(work, Writers.GONE);
      }
    } catch (IOException e) {
      throw new EngineException("Archive %s cannot be loaded: %s".formatted(archive, e), e);
    }
  }

  private void add(ArchivedImage image, Path root) throws IOException {
    String config = ArchivedImage.text(image.config());
    List<Path> missing = new ArrayList<>();
    for (String name : image.names()) {
      Path target = store.path(name);
      Path known = target.resolve(UnpackedImage.CONFIG);
      if (!Files.exists(known) || !Files.readString(known).equals(config)) {
        missing.add(target);
      }
    }
    for (Path target : missing) {
      Path copy = Files.createDirectory(root.resolve(target.getFileName()));
      unpack(image, copy, config);
      Path old = root.resolve("old-" + target.getFileName());
      if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
        Files.move(target, old);
      }
      Files.move(copy, target);
    }
  }

  private void unpack(ArchivedImage image, Path root, String config) throws IOException {
    for (Path layer : image.layers()) {
      List<String> names = tar("--quoting-style=literal", "-tf", layer.toString()).lines().toList();
      refuseOutside(root, names);
      for (String name : names) {
        applyWhiteout(root, root.resolve(relative(name)));
      }
      tar(
          "--no-same-owner",
          "-p",
          "--exclude=" + WHITEOUT + "*",
          "--exclude=dev/*",
          "--exclude=./dev/*",
          "-xf",
          layer.toString(),
          "-C",
          root.toString());
    }
    for (String directory : DIRECTORIES) {
      Files.createDirectories(root.resolve(directory));
    }
    for (String file : List.of("etc/passwd", "etc/group")) {
      if (!Files.exists(root.resolve(file))) {
        Files.createFile(root.resolve(file));
      }
    }
    List<String> environment = new ArrayList<>();
    JSON.readTree(config).at("/config/Env").forEach(each -> environment.add(each.asText()));
    Files.write(root.resolve(UnpackedImage.ENVIRONMENT), environment);
    Files.writeString(root.resolve(UnpackedImage.CONFIG), config);
  }

  private static String relative(String name) {
    return name.replaceFirst("^(\\./|/)+", "");
  }

  /** A link that an earlier layer made must not lead the files of a later one out of the image. */
  private static void refuseOutside(Path root, List<String> names) throws IOException {
    Path real = root.toRealPath();
    Set<Path> parents = new LinkedHashSet<>();
    for (String name : names) {
      Path path = root.resolve(relative(name));
      for (Path part : path) {
        if (part.toString().equals("..")) {
          throw new IOException("a layer names a file outside of the image: " + name);
        }
      }
      Path parent = path.getParent();
      while (parent != null && parent.startsWith(root) && parents.add(parent)) {
        if (Files.exists(parent) && !parent.toRealPath().startsWith(real)) {
          throw new IOException("a layer writes through a link out of the image: " + name);
        }
        parent = parent.getParent();
      }
    }
  }

  private static void applyWhiteout(Path root, Path path) throws IOException {
    String name = String.valueOf(path.getFileName());
    Path directory = path.getParent();
    if (directory == null || !name.startsWith(WHITEOUT) || !directory.startsWith(root)) {
      return;
    }
    if (!name.equals(OPAQUE)) {
      FileTree.delete(directory.resolve(name.substring(WHITEOUT.length())), Writers.GONE);
    } else if (Files.isDirectory(directory)) {
      FileTree.delete(directory, Writers.GONE);
      Files.createDirectory(directory);
    }
  }

  private String tar(String... arguments) throws IOException {
    List<String> argv = new ArrayList<>(List.of("tar"));
    argv.addAll(List.of(arguments));
    Duration left = Duration.ofNanos(Math.max(1, deadline - System.nanoTime()));
    CommandResult result = Command.of(argv).run(left);
    if (!result.succeeded()) {
      throw new IOException(result.cutOff() ? "it takes too long" : result.message());
    }
    return result.stdout();
  }
}
