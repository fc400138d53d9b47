package io.lofn.runtime.cli.dialect;

import static io.lofn.runtime.cli.dialect.HarmlessOptions.VARIABLE;
import static io.lofn.runtime.cli.dialect.HarmlessOptions.flag;
import static io.lofn.runtime.cli.dialect.HarmlessOptions.with;

import io.lofn.runtime.cli.dialect.CliDialect.Family;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The dialect of charliecloud. Tested with the real program. */
public final class Charliecloud {

  /**
   * The variable that names the directory in which ch-run looks up images by name; ch-run runs no
   * image by the path of a directory there.
   */
  public static final String IMAGE_STORAGE = "CH_IMAGE_STORAGE";

  static final CliDialect DIALECT =
      new CliDialect(
          "charliecloud",
          "ch-run",
          Family.RUNNER,
          options(),
          false,
          // Without an equals sign in its value, --set-env names a file.
          HarmlessOptions.of(with("set-env", VARIABLE + "=.*"), flag("no-passwd")));

  private static final Pattern NOT_EXECUTED = Pattern.compile("can't execve\\(2\\): ");
  private static final Pattern NOT_FOUND =
      Pattern.compile("can't execve\\(2\\): .*: No such file or directory", Pattern.DOTALL);

  private Charliecloud() {}

  private static Map<DialectOption, List<String>> options() {
    Map<DialectOption, List<String>> options = new EnumMap<>(DialectOption.class);
    options.put(DialectOption.RUN, List.of());
    options.put(DialectOption.PULL, List.of("ch-image", "--storage={store}", "pull", "{}"));
    // ch-run requires this variable, although its environment is the tool's.
    options.put(
        DialectOption.NO_INHERITED_ENVIRONMENT,
        List.of("--unset-env=USER", "--unset-env=" + IMAGE_STORAGE));
    options.put(DialectOption.ENV_FILE, List.of("--env-no-expand", "--set-env={}"));
    options.put(DialectOption.MOUNT, List.of("--bind={source}:{target}"));
    options.put(DialectOption.WORKING_DIRECTORY, List.of("--cd={}"));
    options.put(DialectOption.USER, List.of("--uid={uid}", "--gid={gid}"));
    // Without --write the image is mounted read-only.
    options.put(DialectOption.READ_ONLY_ROOT, List.of());
    return options;
  }

  /** Returns the directory in which {@code ch-image} keeps the images of a user. */
  public static String images(String user) {
    String storage = System.getenv(IMAGE_STORAGE);
    return (storage != null ? storage : "/var/tmp/" + user + ".ch") + "/img";
  }

  /**
   * Returns the exit code of a tool that ch-run could not start.
   *
   * @param complaint the standard error of ch-run
   * @return empty if the message has another cause
   */
  public static Optional<Integer> toolCode(String complaint) {
    if (!NOT_EXECUTED.matcher(complaint).find()) {
      return Optional.empty();
    }
    return Optional.of(
        NOT_FOUND.matcher(complaint).find() ? ExitCodes.NOT_FOUND : ExitCodes.NOT_EXECUTABLE);
  }
}
