package io.lofn.runtime.embedded.images;

import io.lofn.api.LofnException;
import io.lofn.files.FileUser;
import io.lofn.runtime.embedded.store.StoredImages;
import io.lofn.runtime.embedded.store.StoredImages.Image;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A program that lists, verifies and removes the images which the runtime {@code embedded} has on
 * this node.
 *
 * <pre>{@code
 * spark-submit --class io.lofn.runtime.embedded.images.Images JAR list
 * }</pre>
 */
public final class Images {

  private static final int FAILED = 1;
  private static final int WRONG_USE = 2;

  /** Spark's programs get its configuration as system properties. */
  private static final String SETTING = "spark.lofn.embedded.dir";

  private static final String DEFAULT_DIRECTORY = "/var/tmp/lofn-embedded-";

  private final StoredImages store;
  private final ImagesOptions options;
  private final PrintStream err;
  private final ImagesReport report;
  private boolean failed;

  private Images(StoredImages store, ImagesOptions options, PrintStream out, PrintStream err) {
    this.store = store;
    this.options = options;
    this.err = err;
    report = new ImagesReport(out, options.json());
  }

  /**
   * Runs the program. Ends the JVM with exit code 1 if an image is damaged, in use or unknown, and
   * with 2 after wrong use.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) {
    int code = run(args, System.out, System.err);
    if (code != 0) {
      System.exit(code);
    }
  }

  /** Runs the program; returns its exit code. */
  static int run(String[] args, PrintStream out, PrintStream err) {
    Optional<ImagesOptions> options;
    try {
      options = ImagesOptions.parse(args);
    } catch (IllegalArgumentException e) {
      err.println("lofn images: " + e.getMessage() + "\n" + ImagesOptions.USAGE);
      return WRONG_USE;
    }
    if (options.isEmpty()) {
      out.print(ImagesOptions.USAGE);
      return 0;
    }
    try {
      StoredImages store = new StoredImages(directory(options.get()).resolve("images"));
      return new Images(store, options.get(), out, err).run();
    } catch (LofnException | IOException e) {
      err.println("lofn images: " + (e instanceof IOException ? e : e.getMessage()));
      return FAILED;
    }
  }

  private static Path directory(ImagesOptions options) throws IOException {
    String setting = System.getProperty(SETTING, "");
    return Path.of(
        options
            .directory()
            .orElse(setting.isBlank() ? DEFAULT_DIRECTORY + FileUser.find().uid() : setting));
  }

  private int run() throws IOException {
    List<Image> all = store.list();
    switch (options.command()) {
      case LIST -> report.list(all, store.directory());
      case VERIFY -> verify(options.images().isEmpty() ? all : chosen(all));
      case REMOVE -> remove(options.images().isEmpty() ? all : chosen(all));
    }
    return failed ? FAILED : 0;
  }

  private List<Image> chosen(List<Image> all) {
    Set<Image> chosen = new LinkedHashSet<>();
    for (String each : options.images()) {
      List<Image> found = all.stream().filter(image -> image.isNamed(each)).toList();
      if (found.size() != 1) {
        fail(
            found.isEmpty()
                ? "%s has no image %s; 'list' shows what it has".formatted(store.directory(), each)
                : "'%s' is the beginning of %d ids; write more of it"
                    .formatted(each, found.size()));
      } else {
        chosen.add(found.get(0));
      }
    }
    return List.copyOf(chosen);
  }

  private void fail(String message) {
    err.println("lofn images: " + message);
    failed = true;
  }

  private void verify(List<Image> images) throws IOException {
    for (Image each : images) {
      List<String> damage = store.verify(each);
      report.verified(each, damage);
      failed |= !damage.isEmpty();
    }
    report.end();
  }

  private void remove(List<Image> images) throws IOException {
    List<Image> left = new ArrayList<>();
    for (Image each : images) {
      boolean removed = store.remove(each);
      report.removed(each, removed);
      if (!removed) {
        left.add(each);
      }
    }
    if (options.images().isEmpty()) {
      store.removeLeftovers();
    }
    report.end();
    if (!options.unused()) {
      left.forEach(
          each ->
              fail(
                  "image %s is in use: end the applications that have prepared it on this node, and try again"
                      .formatted(each.title())));
    }
  }
}
