package io.lofn.runtime.embedded.store;

import io.lofn.api.ImageUnavailableException;
import io.lofn.image.FileSums;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Two JVMs that race for small images without names: one makes them, and the store deletes them at
 * once unless they are used; the other opens each as soon as it can, and looks whether it is whole.
 */
final class RaceProgram {

  static final int FILES = 20;

  private static final String CONFIG = "{\"config\":{}}";

  private RaceProgram() {}

  /** The command of one of the two: {@code make} or {@code open}. */
  static List<String> command(String what, Path store, int images) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
        "-cp",
        System.getProperty("java.class.path"),
        RaceProgram.class.getName(),
        what,
        store.toString(),
        Integer.toString(images));
  }

  @SuppressWarnings("SystemOut") // The test reads it.
  public static void main(String[] arguments) throws Exception {
    Path store = Path.of(arguments[1]);
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < Integer.parseInt(arguments[2]); i++) {
      ids.add("sha256:%064x".formatted(i));
    }
    if (arguments[0].equals("open")) {
      System.out.println(open(TestImage.store(store), ids));
    } else {
      System.out.println("begins");
      make(store, ids);
    }
  }

  private static void make(Path store, List<String> ids) throws IOException {
    ImageNames names = new ImageNames(store.resolve("names"));
    StoredTrees trees = new StoredTrees(store, id -> false);
    StoreWriter writer =
        new StoreWriter(store, names, trees, new Eviction(trees, names, Long.MAX_VALUE));
    while (true) {
      writer.change(
          Long.MAX_VALUE / 2 + System.nanoTime(),
          () -> {
            for (String id : ids) {
              if (!trees.has(id)) {
                trees.put(id, copy(writer.begun().resolve(StoredTrees.hex(id))));
              }
            }
            return true;
          });
    }
  }

  private static Path copy(Path copy) throws IOException {
    Path root = StoredTrees.begin(copy);
    for (int i = 0; i < FILES; i++) {
      Files.writeString(root.resolve("file" + i), UUID.randomUUID().toString());
    }
    StoredTrees.complete(copy, CONFIG, new FileSums());
    return copy;
  }

  /** Returns how many images it has opened, and how often it came too early or too late. */
  private static String open(ImageStore store, List<String> ids) throws IOException {
    Map<String, Path> opened = new TreeMap<>();
    Map<Path, String> contents = new HashMap<>();
    long missed = 0;
    while (opened.size() < ids.size()) {
      for (String id : ids) {
        if (!opened.containsKey(id)) {
          try {
            opened.put(id, store.open(id).root());
            requireWhole(opened.get(id));
            contents.put(opened.get(id), last(opened.get(id)));
          } catch (ImageUnavailableException e) {
            missed++;
          }
        }
      }
    }
    for (Path each : opened.values()) {
      requireWhole(each);
      if (!contents.get(each).equals(last(each))) {
        throw new IOException(each + " was deleted, and made again");
      }
    }
    return "opened %d, missed %d".formatted(opened.size(), missed);
  }

  private static String last(Path root) throws IOException {
    return Files.readString(root.resolve("file" + (FILES - 1)));
  }

  static void requireWhole(Path root) throws IOException {
    for (int i = 0; i < FILES; i++) {
      if (!Files.exists(root.resolve("file" + i))) {
        throw new IOException("file%d of %s is missing".formatted(i, root));
      }
    }
  }
}
