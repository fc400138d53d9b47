package io.lofn.api;

import java.io.Serializable;
import java.net.URI;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Data that is not partitioned and is mounted into every container of a tool, such as a reference
 * genome. Its source is staged once on each node.
 *
 * <pre>{@code
 * Volume.of("hdfs:///reference/hg38").at("/reference")
 * }</pre>
 */
@CheckReturnValue
public final class Volume implements Serializable {

  private static final long serialVersionUID = 1L;

  private static final String BIND = "bind";
  private static final String MODE = "mode";
  private static final Set<String> KEYS = Set.of(BIND, MODE);

  private final URI source;
  private final String target;
  private final boolean readOnly;
  private final boolean unpacked;

  private Volume(URI source, String target, boolean readOnly, boolean unpacked) {
    this.source = source;
    this.target = target;
    this.readOnly = readOnly;
    this.unpacked = unpacked;
  }

  /**
   * Names the data of a volume.
   *
   * @param source a URI such as {@code hdfs:///reference} or {@code file:/data}, which is a path of
   *     every node; or an absolute path on the job's default file system, which is the node's own
   *     unless Hadoop is configured otherwise
   * @return what asks for the volume's place in the container
   * @throws IllegalArgumentException if it is neither
   */
  public static Source of(String source) {
    return new Source(SourceUri.parse("A volume's source", source));
  }

  /**
   * Volumes as the Python lofn wrote them: a map of each source to a map with {@code bind}, the
   * place in the container, and {@code mode}, {@code ro} or {@code rw}; or to a text {@code
   * place:mode}. Upper and lower case are the same.
   *
   * <pre>{@code
   * Volume.listOf(Map.of("/data/reference", Map.of("bind", "/reference", "mode", "ro")))
   * }</pre>
   *
   * @param volumes source to place and mode; without a mode it is {@code ro}
   * @return the volumes, sorted by source
   * @throws IllegalArgumentException if the form is another; names the source and what is wrong
   */
  public static List<Volume> listOf(Map<String, ?> volumes) {
    return volumes.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(entry -> ofForm(entry.getKey(), entry.getValue()))
        .toList();
  }

  /**
   * Volumes as texts, such as {@code /data/reference:/reference:ro}.
   *
   * @param volumes each a source, a place in the container, and {@code ro} or {@code rw}; without a
   *     mode it is {@code ro}
   * @return the volumes, in their order
   * @throws IllegalArgumentException if the form is another; names the text and what is wrong
   */
  public static List<Volume> listOf(Collection<String> volumes) {
    return volumes.stream().map(Volume::ofText).toList();
  }

  private static Volume ofText(String text) {
    int place = text.lastIndexOf(":/");
    if (place < 1) {
      throw new IllegalArgumentException(
          "The volume '%s' must be source:target or source:target:mode, such as /data:/data:ro"
              .formatted(text));
    }
    return ofPlace(text.substring(0, place), text.substring(place + 1));
  }

  private static Volume ofPlace(String source, String text) {
    int colon = text.indexOf(':');
    return colon < 0
        ? ofMode(source, text, "ro")
        : ofMode(source, text.substring(0, colon), text.substring(colon + 1));
  }

  private static Volume ofForm(String source, Object form) {
    if (form instanceof String text) {
      return ofPlace(source, text);
    }
    if (!(form instanceof Map<?, ?> settings)) {
      throw new IllegalArgumentException(
          "The volume %s must be a map with 'bind' and 'mode', not %s".formatted(source, form));
    }
    Map<String, Object> known = new HashMap<>();
    settings.forEach(
        (key, value) -> {
          String name = String.valueOf(key).toLowerCase(Locale.ROOT);
          if (!KEYS.contains(name)) {
            throw new IllegalArgumentException(
                "The volume %s has an unknown key '%s'; known are 'bind' and 'mode'"
                    .formatted(source, key));
          }
          if (known.put(name, value) != null) {
            throw new IllegalArgumentException(
                "The volume %s has '%s' twice".formatted(source, name));
          }
        });
    if (!(known.get(BIND) instanceof String target)) {
      throw new IllegalArgumentException(
          "The volume %s needs 'bind', an absolute path in the container".formatted(source));
    }
    return ofMode(source, target, known.containsKey(MODE) ? known.get(MODE) : "ro");
  }

  private static Volume ofMode(String source, String target, Object mode) {
    Volume volume = of(source).at(target);
    return switch (String.valueOf(mode).toLowerCase(Locale.ROOT)) {
      case "rw" -> volume.readWrite();
      case "ro" -> volume;
      default ->
          throw new IllegalArgumentException(
              "The volume %s has the mode '%s'; it must be 'ro' or 'rw'".formatted(source, mode));
    };
  }

  /** A volume that has no place in the container yet. */
  public static final class Source {

    private final URI uri;

    private Source(URI uri) {
      this.uri = uri;
    }

    /**
     * Places the volume, read-only.
     *
     * @param target absolute path in the container
     * @return the volume
     */
    public Volume at(String target) {
      return new Volume(uri, ContainerPath.absolute("A volume's target", target), true, false);
    }
  }

  /**
   * This volume, not writable by the tool. The default.
   *
   * @return the new volume
   */
  public Volume readOnly() {
    return new Volume(source, target, true, unpacked);
  }

  /**
   * This volume, writable by the tool. Every container of the node then writes the same files. Only
   * data that is not copied can be written: a path of every node.
   *
   * @return the new volume
   */
  public Volume readWrite() {
    return new Volume(source, target, false, unpacked);
  }

  /**
   * This volume as what is in its archive, a {@code .tar}, {@code .tar.gz}, {@code .tgz} or {@code
   * .zip} file: the tool sees a directory. Archives whose entries or symbolic links leave them are
   * refused.
   *
   * <pre>{@code
   * Volume.of("hdfs:///reference/hg38.tar.gz").at("/reference").unpacked()
   * }</pre>
   *
   * @return the new volume
   */
  public Volume unpacked() {
    return new Volume(source, target, readOnly, true);
  }

  /**
   * Where the data is.
   *
   * @return a URI; without a scheme it is a path on the job's default file system
   */
  public URI source() {
    return source;
  }

  /**
   * Where the tool sees it.
   *
   * @return an absolute path in the container
   */
  public String target() {
    return target;
  }

  /**
   * Whether the tool cannot write it.
   *
   * @return {@code true} unless {@link #readWrite()} was asked for
   */
  public boolean isReadOnly() {
    return readOnly;
  }

  /**
   * Whether the tool sees what is in an archive, and not the archive.
   *
   * @return {@code false} unless {@link #unpacked()} was asked for
   */
  public boolean isUnpacked() {
    return unpacked;
  }

  @Override
  public String toString() {
    return source + " at " + target + (readOnly ? " (read-only)" : " (read-write)");
  }
}
