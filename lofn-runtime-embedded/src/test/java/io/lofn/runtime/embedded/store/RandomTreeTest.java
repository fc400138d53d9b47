package io.lofn.runtime.embedded.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_DIR;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_LINK;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_NORMAL;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_SYMLINK;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.files.FileTree;
import io.lofn.files.FileUser;
import io.lofn.files.Writers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compares random images of three layers with what {@code tar} makes of the layers, one after the
 * other, after what each layer hides was deleted.
 */
@Timeout(120)
class RandomTreeTest {

  private static final int ENTRIES = 40;

  @TempDir private Path directory;
  private Random random = new Random(0);
  private Path reference;

  /** The names of the image so far, and whether each is a directory; no parent is a link. */
  private final TreeMap<String, Boolean> known = new TreeMap<>();

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void aRandomImageIsWhatTarMakesOfItsLayers(int seed) throws Exception {
    random = new Random(seed);
    reference = Files.createDirectory(directory.resolve("reference"));
    TestImage image = TestImage.named("random:1");
    for (int i = 0; i < 3; i++) {
      Map<String, Entry> layer = layer();
      image.layer(tar -> putAll(tar, layer, true));
      apply(layer);
    }

    ImageStore store = TestImage.store(directory.resolve("images"));
    store.load(image.saveTo(directory.resolve("archive.tar")), Duration.ofMinutes(1));

    List<String> made = new ArrayList<>(listing(store.open(image.id()).root()));
    List<String> expected = new ArrayList<>(listing(reference));
    assertThat(expected).hasSizeGreaterThan(10);
    List<String> same = List.copyOf(made);
    made.removeAll(expected);
    expected.removeAll(same);
    assertThat(made).isEqualTo(expected);
  }

  /** An entry of a layer; hidden: a whiteout, or, of a directory, an opaque one. */
  private record Entry(byte type, String target, int mode, int id, long time, boolean hides) {}

  private Map<String, Entry> layer() {
    Map<String, Entry> layer = new LinkedHashMap<>();
    Map<String, Boolean> before = new TreeMap<>(known);
    for (int i = 0; i < ENTRIES; i++) {
      String name = name();
      boolean below = layer.keySet().stream().anyMatch(each -> each.startsWith(name + "/"));
      if (!layer.containsKey(name) && !below && isFree(name, layer)) {
        Entry entry = entry(name, layer, before);
        layer.put(name, entry);
        forget(name, entry);
      }
    }
    return layer;
  }

  /** A name in a directory of the image, or in a new one. */
  private String name() {
    List<String> directories = new ArrayList<>(List.of(""));
    known.forEach(
        (name, isDirectory) -> directories.addAll(isDirectory ? List.of(name) : List.of()));
    String above = directories.get(random.nextInt(directories.size()));
    String[] words = {"a", "b", "c", "\u00e4", "x".repeat(45), "with space", "-d"};
    String word = words[random.nextInt(words.length)];
    return above.isEmpty() ? word : above + "/" + word;
  }

  /** Returns whether the parents of a name are, or become, directories. */
  private boolean isFree(String name, Map<String, Entry> layer) {
    for (int i = name.indexOf('/'); i > 0; i = name.indexOf('/', i + 1)) {
      String above = name.substring(0, i);
      Entry entry = layer.get(above);
      if (!known.getOrDefault(above, true) || (entry != null && entry.type() != LF_DIR)) {
        return false;
      }
    }
    return name.chars().filter(c -> c == '/').count() < 6;
  }

  private Entry entry(String name, Map<String, Entry> layer, Map<String, Boolean> before) {
    int[] modes = {0644, 0755, 0600, 0, 04755, 02755, 01777, 0444, 0111};
    int mode = modes[random.nextInt(modes.length)];
    long time = 1_000_000_000L + random.nextInt(1_000_000);
    int id = random.nextInt(3) * 1000;
    boolean there = before.containsKey(name);
    List<String> files = new ArrayList<>();
    layer.forEach(
        (each, entry) ->
            files.addAll(entry.type() == LF_NORMAL && !entry.hides() ? List.of(each) : List.of()));
    return switch (random.nextInt(8)) {
      case 0, 1, 2 ->
          // Not set-gid: new directories inherit it, and tar leaves it then.
          new Entry(LF_DIR, "", mode & ~02000, id, time, random.nextInt(3) == 0);
      case 3 ->
          new Entry(LF_SYMLINK, random.nextBoolean() ? "../a" : "/b/\u00e4", 0777, id, time, false);
      case 4 ->
          files.isEmpty()
              ? new Entry(LF_NORMAL, "", mode, id, time, there)
              : new Entry(LF_LINK, files.get(random.nextInt(files.size())), mode, id, time, false);
      case 5 -> new Entry(LF_NORMAL, "", mode, id, time, there);
      default -> new Entry(LF_NORMAL, name + " " + time, mode, id, time, false);
    };
  }

  private void forget(String name, Entry entry) {
    if (entry.type() != LF_DIR || entry.hides()) {
      known.keySet().removeIf(each -> each.startsWith(name + "/"));
    }
    known.remove(name);
    if (!(entry.type() == LF_NORMAL && entry.hides())) {
      known.put(name, entry.type() == LF_DIR);
    }
    for (int i = name.indexOf('/'); i > 0; i = name.indexOf('/', i + 1)) {
      known.putIfAbsent(name.substring(0, i), true);
    }
  }

  private void putAll(TarArchiveOutputStream tar, Map<String, Entry> layer, boolean whiteouts)
      throws IOException {
    tar.setLongFileMode(
        random.nextBoolean()
            ? TarArchiveOutputStream.LONGFILE_GNU
            : TarArchiveOutputStream.LONGFILE_POSIX);
    for (Map.Entry<String, Entry> each : layer.entrySet()) {
      Entry entry = each.getValue();
      boolean file = entry.type() == LF_NORMAL;
      if (!file || !entry.hides()) {
        put(tar, each.getKey(), entry);
      }
      if (whiteouts && entry.hides()) {
        int slash = each.getKey().lastIndexOf('/') + 1;
        String hidden =
            file
                ? each.getKey().substring(0, slash) + ".wh." + each.getKey().substring(slash)
                : each.getKey() + "/.wh..wh..opq";
        TestImage.put(tar, LF_NORMAL, "./" + hidden, "");
      }
    }
  }

  private static void put(TarArchiveOutputStream tar, String name, Entry entry) throws IOException {
    TarArchiveEntry header =
        new TarArchiveEntry(entry.type() == LF_DIR ? name + "/" : name, entry.type(), true);
    header.setMode(entry.mode());
    header.setIds(entry.id(), entry.id());
    header.setModTime(FileTime.from(entry.time(), SECONDS));
    byte[] content = entry.type() == LF_NORMAL ? entry.target().getBytes(UTF_8) : new byte[0];
    header.setSize(content.length);
    if (entry.type() == LF_LINK || entry.type() == LF_SYMLINK) {
      header.setLinkName(entry.target());
    }
    tar.putArchiveEntry(header);
    tar.write(content);
    tar.closeArchiveEntry();
  }

  /** What the layer hides or replaces is deleted first; then {@code tar} unpacks it. */
  private void apply(Map<String, Entry> layer) throws Exception {
    for (Map.Entry<String, Entry> each : layer.entrySet()) {
      Path path = reference.resolve(each.getKey());
      boolean isDirectory = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
      if (each.getValue().type() != LF_DIR || each.getValue().hides() || !isDirectory) {
        FileTree.delete(path, Writers.GONE);
      }
    }
    Path tar = directory.resolve("layer.tar");
    Files.write(tar, TestImage.tar(all -> putAll(all, layer, false)));
    sh("tar -xpf " + tar + " -C " + reference + " --numeric-owner");
    // Linux ignores the set-uid bit of directories, and lofn drops it.
    String dropped = "find . -type f -exec chmod ug-s,-t {} +; find . -type d -exec chmod u-s {} +";
    String user = "find . -type d -exec chmod u+rwx,g-s {} +; find . -type f -exec chmod u+r {} +";
    boolean isRoot = FileUser.find().uid() == 0;
    sh("cd " + reference + "; " + (isRoot ? dropped : dropped + "; " + user));
  }

  private List<String> listing(Path root) throws Exception {
    String script =
        "cd %s; find . -type f -printf '%%P|%%m|%%U|%%G|%%n|%%T@\\n' -o -type l -printf '%%P|%%l|%%U|%%G|%%T@\\n'"
            + " -o -printf '%%P|%%m|%%U|%%G\\n'; find . -type f -exec sha256sum {} +";
    return sh(script.formatted(root)).lines().sorted().toList();
  }

  private String sh(String script) throws Exception {
    Process process = new ProcessBuilder("sh", "-ec", script).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }
}
