package io.lofn.runtime.cli.dialect;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The options of a dialect that give a tool no access to the node, with any value of the form that
 * is listed here. Each is one argument, in its long form, with its value after an equals sign: a
 * value that follows as a separate argument could be the name of another image.
 *
 * <p>An option is not listed if it names a path, a socket, a device, a port, a program, another
 * container or a namespace; passes on what only this process knows, such as its variables; weakens
 * the checks of the kernel or a security module; takes more than a fair share of the node, such as
 * a real-time priority; or is set by lofn itself, such as the name and the labels by which it finds
 * its containers. Immutable.
 */
public final class HarmlessOptions {

  static final String NUMBER = "[0-9]{1,18}";
  static final String BYTES = "[0-9]{1,18}[bkmgBKMG]?";
  static final String CPUS = "[0-9]{1,5}([,-][0-9]{1,5})*";
  static final String NAME = "[A-Za-z0-9][A-Za-z0-9_.-]*";
  static final String ADDRESS = "[0-9a-fA-F:.]+";
  static final String VARIABLE = "[A-Za-z_][A-Za-z0-9_]*";

  /** Not memlock, and not the limits of priorities: they take resources from other processes. */
  private static final String ULIMIT =
      "(core|cpu|data|fsize|nofile|nproc|stack)=[0-9]{1,18}(:[0-9]{1,18})?";

  /** Devices that a CDI specification of the node's administrator defines, of these kinds only. */
  private static final String GPU_DEVICE = "(nvidia|amd)\\.com/gpu=[A-Za-z0-9][A-Za-z0-9_.:-]*";

  private static final String GPUS =
      "all|[0-9]{1,3}|device=[A-Za-z0-9-]+|\"device=[A-Za-z0-9,-]+\"";

  public static final HarmlessOptions NONE = new HarmlessOptions(List.of());

  /** The options that docker, podman and nerdctl share. */
  static final HarmlessOptions ENGINES =
      of(
          with("env", VARIABLE + "=.*"),
          // Shares and reservations only take effect when containers compete for the same resource.
          with("cpu-shares", NUMBER),
          with("cpuset-cpus", CPUS),
          with("cpuset-mems", CPUS),
          with("blkio-weight", NUMBER),
          with("memory-reservation", BYTES),
          with("memory-swappiness", NUMBER),
          // With a negative score the kernel would kill other processes first.
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
