package io.lofn.spark.doctor;

import io.lofn.api.Tool;
import io.lofn.api.Volume;
import io.lofn.core.check.ContainerChecks;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the doctor is asked for.
 *
 * @param tool has the image and the volume to look at
 * @param nodes how many nodes there are at least
 */
public record DoctorOptions(Tool<String, String> tool, int nodes) {

  public static final String USAGE =
      """
      Usage: spark-submit --class io.lofn.spark.Doctor JAR [OPTION]...
      Checks on every node of this application whether lofn can run tools there.
        --image NAME      the image to try, one that has sh and cat (default: busybox:1)
        --archive SOURCE  an archive to load the image from
        --volume SOURCE   a volume to stage and to look at from a container
        --nodes N         wait until so many nodes have been met
      The exit code is 0 if all nodes pass, 1 if one does not, 2 after wrong use.
      """;

  private static final String VOLUME_TARGET = "/lofn-volume";

  /**
   * Reads a command line.
   *
   * @return empty if only {@code --help} is asked for
   * @throws IllegalArgumentException if an option is unknown or lacks a value
   */
  public static Optional<DoctorOptions> parse(String... args) {
    String image = "busybox:1";
    String archive = null;
    String volume = null;
    int nodes = 1;
    for (int i = 0; i < args.length; i += 2) {
      String option = args[i];
      if (option.equals("--help")) {
        return Optional.empty();
      }
      String value = i + 1 < args.length ? args[i + 1] : null;
      switch (option) {
        case "--image" -> image = given(option, value);
        case "--archive" -> archive = given(option, value);
        case "--volume" -> volume = given(option, value);
        case "--nodes" -> nodes = number(option, given(option, value));
        default -> throw new IllegalArgumentException("unknown option " + option);
      }
    }
    return Optional.of(new DoctorOptions(tool(image, archive, volume), nodes));
  }

  private static String given(String option, @Nullable String value) {
    if (value == null) {
      throw new IllegalArgumentException(option + " needs a value");
    }
    return value;
  }

  private static int number(String option, String value) {
    if (!value.matches("[1-9]\\d{0,5}")) {
      throw new IllegalArgumentException(option + " needs a number, not '" + value + "'");
    }
    return Integer.parseInt(value);
  }

  private static Tool<String, String> tool(
      String image, @Nullable String archive, @Nullable String volume) {
    Tool<String, String> tool = ContainerChecks.bare(image);
    if (archive != null) {
      tool = tool.imageArchive(archive);
    }
    return volume == null ? tool : tool.volume(Volume.of(volume).at(VOLUME_TARGET));
  }
}
