package io.lofn.runtime.embedded.images;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lofn.runtime.embedded.store.StoredImages.Image;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the program prints: lines for people, or an array of JSON. */
final class ImagesReport {

  private static final JsonMapper JSON = new JsonMapper();
  private static final int SHORT = "sha256:".length() + 12;
  private static final double MEBIBYTE = 1 << 20;

  private final PrintStream out;
  private final boolean isJson;
  private final DateTimeFormatter time =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneId.systemDefault());
  private final ArrayNode array = JSON.createArrayNode();

  ImagesReport(PrintStream out, boolean isJson) {
    this.out = out;
    this.isJson = isJson;
  }

  void list(List<Image> images, Path directory) {
    if (isJson) {
      images.forEach(this::json);
      end();
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("id", "size", "last use", "in use", "name", "digest"));
    images.forEach(each -> add(rows, each));
    if (!images.isEmpty()) {
      print(rows);
    }
    long bytes = images.stream().mapToLong(Image::bytes).sum();
    out.printf("%d images with %s in %s%n", images.size(), size(bytes), directory);
  }

  /** A line for each name. */
  private void add(List<List<String>> rows, Image image) {
    Map<String, String> names = image.names().isEmpty() ? Map.of("-", "") : image.names();
    boolean first = true;
    for (Map.Entry<String, String> each : names.entrySet()) {
      rows.add(
          List.of(
              first ? brief(image.id()) : "",
              first ? size(image.bytes()) : "",
              first ? time.format(image.lastUse()) : "",
              first ? (image.used() ? "yes" : "no") : "",
              each.getKey(),
              brief(each.getValue())));
      first = false;
    }
  }

  private static String brief(String digest) {
    return digest.substring(0, Math.min(SHORT, digest.length()));
  }

  private static String size(long bytes) {
    return String.format(Locale.ROOT, "%.1f MiB", bytes / MEBIBYTE);
  }

  private void print(List<List<String>> rows) {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    rows.forEach(
        row -> {
          for (int i = 0; i < columns; i++) {
            widths[i] = Math.max(widths[i], row.get(i).length());
          }
        });
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
      }
      out.println(line.toString().stripTrailing());
    }
  }

  void verified(Image image, List<String> damage) {
    if (isJson) {
      damage.forEach(json(image).put("good", damage.isEmpty()).putArray("damage")::add);
    } else if (damage.isEmpty()) {
      out.println(image.title() + " is as it was unpacked");
    } else {
      out.println(image.title() + " is damaged; remove it, and it is pulled or loaded again:");
      damage.forEach(each -> out.println("  " + each));
    }
  }

  void removed(Image image, boolean removed) {
    if (isJson) {
      json(image).put("removed", removed);
    } else if (removed) {
      out.println("Removed " + image.title() + ", " + size(image.bytes()));
    }
  }

  private ObjectNode json(Image image) {
    ObjectNode node = array.addObject().put("id", image.id());
    ArrayNode names = node.putArray("names");
    image
        .names()
        .forEach(
            (name, digest) -> {
              ObjectNode entry = names.addObject().put("name", name);
              if (!digest.isEmpty()) {
                entry.put("digest", digest);
              }
            });
    return node.put("bytes", image.bytes())
        .put("lastUse", image.lastUse().toString())
        .put("inUse", image.used());
  }

  /** Prints what was gathered. */
  void end() {
    if (isJson) {
      out.println(array.toPrettyString());
    }
  }
}
