package io.lofn.runtime.cli.dialect;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The options of a dialect that give a tool nothing of the node, whatever their value, as far as it
 * has the form that is written here. Each is one argument, in its long form, with its value after
 * an equals sign: what follows as an argument of its own could be the name of another image.
 *
 * <p>An option is not here because it names a path, a socket, a device, a port, a program, another
 * container or a namespace; passes on what only this process knows, as its variables; loosens what
 * the kernel or a security module checks; takes more of the node than its share, as a real-time
 * priority does; or because lofn says it itself, as the name and the labels by which it finds its
 * containers. Immutable.
 */
public final class HarmlessOptions {

  static final String NUMBER = "[0-9]{1,18}";
  static final String BYTES = "[0-9]{1,18}[bkmgBKMG]?";
  static final String CPUS = "[0-9]{1,5}([,-][0-9]{1,5})*";
  static final String NAME = "[A-Za-z0-9][A-Za-z0-9_.-]*";
  static final String ADDRESS = "[0-9a-fA-F:.]+";
  static final String VARIABLE = "[A-Za-z_][A-Za-z0-9_]*";

  /** Not memlock, and not those of priorities: they take from others. */
  private static final String ULIMIT =
      "(core|cpu|data|fsize|nofile|nproc|stack)=[0-9]{1,18}(:[0-9]{1,18})?";

  /** Devices that a specification of the node's administrator names, of these kinds only. */
  private static final String GPU_DEVICE = "(nvidia|amd)\\.com/gpu=[A-Za-z0-9][A-Za-z0-9_.:-]*";

  private static final String GPUS =
      "all|[0-9]{1,3}|device=[A-Za-z0-9-]+|\"device=[A-Za-z0-9,-]+\"";

  public static final HarmlessOptions NONE = new HarmlessOptions(List.of());

  /** What docker, podman and nerdctl share. */
  static final HarmlessOptions ENGINES =
      of(
          with("env", VARIABLE + "=.*"),
          // Shares and reservations count only against other containers that want the same.
          with("cpu-shares", NUMBER),
          with("cpuset-cpus", CPUS),
          with("cpuset-mems", CPUS),
          with("blkio-weight", NUMBER),
          with("memory-reservation", BYTES),
          with("memory-swappiness", NUMBER),
          // A negative one would have others ended first.
          with("oom-score-adj", "[0-9]{1,4}"),
          with("ulimit", ULIMIT),
          // Names in the container's own files.
          with("hostname", NAME),
          with("add-host", NAME + ":" + ADDRESS),
          with("dns", ADDRESS),
          with("dns-option", "[A-Za-z0-9:_-]+"),
          with("dns-search", NAME),
          with("gpus", GPUS),
          with("device", GPU_DEVICE));

  private final List<Pattern> forms;

  private HarmlessOptions(List<Pattern> forms) {
    this.forms = List.copyOf(forms);
  }

  static HarmlessOptions of(Pattern... forms) {
    return new HarmlessOptions(Arrays.asList(forms));
  }

  HarmlessOptions and(Pattern... more) {
    return new HarmlessOptions(Stream.concat(forms.stream(), Stream.of(more)).toList());
  }

  static Pattern with(String name, String value) {
    return Pattern.compile("--" + name + "=(" + value + ")", Pattern.DOTALL);
  }

  static Pattern flag(String name) {
    return Pattern.compile("--" + name);
  }

  public boolean contain(String option) {
    return forms.stream().anyMatch(form -> form.matcher(option).matches());
  }
}
