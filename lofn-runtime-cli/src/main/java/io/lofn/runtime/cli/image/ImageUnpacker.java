package io.lofn.runtime.cli.image;

import static java.nio.file.StandardOpenOption.WRITE;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lofn.api.EngineException;
import io.lofn.api.FileNames;
import io.lofn.files.FileTree;
import io.lofn.files.UnpackedTree;
import io.lofn.files.Writers;
import io.lofn.http.ArchiveFault;
import io.lofn.image.ArchivedImage;
import io.lofn.image.ImageArchive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Unpacks the images of an archive into a store, each into a directory. */
public final class ImageUnpacker {

  /** Paths that lofn reads or that are mount points; none of them may be a link. */
  private static final List<String> MOUNT_POINTS = List.of("dev", "proc", "sys", "tmp", "ch");

  /** Directories that the programs which run images require. */
  private static final List<String> DIRECTORIES = List.of("etc", "root", "mnt");

  private static final int DIRECTORY = 0755;
  private static final String SETTING = "spark.lofn.cli." + TrustedPath.SETTING;

  private static final JsonMapper JSON = new JsonMapper();

  private final ImageStore store;
  private final Path archive;
  private final long deadline;

  public ImageUnpacker(ImageStore store, Path archive, Duration timeout) {
    this.store = store;
    this.archive = archive;
    deadline = System.nanoTime() + timeout.toNanos();
  }

  public void load() {
    try {
      Path directory = Files.createDirectories(store.directory());
      TrustedPath.check(directory);
      Path work = Files.createTempDirectory(directory, ".lofn-");
      try {
        try (ImageArchive images = ImageArchive.open(archive, work, SETTING, deadline)) {
          for (ArchivedImage image : images.images()) {
            add(image, Files.createTempDirectory(work, "image-"));
          }
        }
      } finally {
        FileTree.delete(work, Writers.GONE);
      }
    } catch (IOException e) {
      throw ArchiveFault.explain(
          archive, new EngineException("Archive %s cannot be loaded: %s".formatted(archive, e), e));
    }
  }

  private void add(ArchivedImage image, Path root) throws IOException {
    String config = image.config();
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
    UnpackedTree tree = new UnpackedTree(root, FileNames::resolve);
    UnpackedTree layers = tree.followingLinks();
    image.unpack(root, false, SETTING, deadline);
    for (String directory : MOUNT_POINTS) {
      if (!tree.hasDirectory(directory)) {
        tree.directory(directory, DIRECTORY);
      }
    }
    for (String directory : DIRECTORIES) {
      if (!layers.hasDirectory(directory)) {
        tree.directory(directory, DIRECTORY);
      }
    }
    for (String file : List.of("etc/passwd", "etc/group")) {
      if (!layers.has(file)) {
        Files.createFile(layers.file(file));
      }
    }
    List<String> environment = new ArrayList<>();
    JSON.readTree(config).at("/config/Env").forEach(each -> environment.add(each.asText()));
    write(tree, UnpackedImage.ENVIRONMENT, String.join("\n", environment) + "\n");
    write(tree, UnpackedImage.CONFIG, config);
  }

  private static void write(UnpackedTree tree, String name, String text) throws IOException {
    Files.writeString(tree.file(name), text, StandardOpenOption.CREATE_NEW, WRITE);
  }
}
