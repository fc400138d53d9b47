package io.lofn.core.replay;

import io.lofn.api.ContainerSettings;
import io.lofn.api.ResourceLimits;
import io.lofn.core.node.ContainerLabels;
import io.lofn.core.plan.RunMounts;
import io.lofn.core.text.ShellWords;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.Mount;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A shell script that repeats one run by the engine's command line, for a person to call. Whatever
 * the tool's author has put into names and values is quoted: it is data to the script as it was to
 * lofn.
 */
final class ReplayScript {

  static final String ENVIRONMENT = "environment";
  static final String EXPORTS = "environment.sh";
  static final String INPUTS = "inputs";
  static final String STDIN = "stdin";
  static final String DOCUMENT = "document";

  /** A link to the latest repetition, which the document names. */
  private static final String REPLAYED = "replayed";

  private final ContainerSpec spec;
  private final ReplayEnvironment environment;
  private final List<String> arguments = new ArrayList<>();

  private ReplayScript(ContainerSpec spec, ReplayEnvironment environment) {
    this.spec = spec;
    this.environment = environment;
  }

  /**
   * The text of the script.
   *
   * @param title what was run
   * @param engine the program and its options
   * @param spec what it ran; the first mount is the exchange
   * @param environment the environment of the tool
   */
  static String text(
      String title, List<String> engine, ContainerSpec spec, ReplayEnvironment environment) {
    ReplayScript script = new ReplayScript(spec, environment);
    return script.beginning(title)
        + String.join(
            "\n",
            "quoted=$(printf '%s' \"$exchange\" | sed 's/\"/\"\"/g')",
            "set -- " + ShellWords.join(engine),
            "case $(\"$1\" --version 2>/dev/null || true) in",
            "  podman*)",
            "    set -- \"$@\" run --http-proxy=false --detach-keys=",
            "    [ \"$(id -u)\" -eq 0 ] || set -- \"$@\" --userns=keep-id ;;",
            "  *) set -- \"$@\" run ;;",
            "esac",
            "set -- \"$@\" " + script.said(),
            "")
        + script.ending();
  }

  /**
   * The text of a script for a runtime that runs a document.
   *
   * @param title what was run
   * @param command the words before the path of the document
   * @param spec what it ran; the first mount is the exchange
   */
  static String ofDocument(String title, List<String> command, ContainerSpec spec) {
    ReplayScript script = new ReplayScript(spec, ReplayEnvironment.of(Map.of()));
    return script.beginning(title)
        + String.join(
            "\n",
            "# The document names these; a shell in its container is what --shell opens in place of --file.",
            "ln -sfn \"$exchange\" \"$here/" + REPLAYED + "\"",
            "ln -sfn \"$exchange.tmp\" \"$here/" + REPLAYED + ".tmp\"",
            spec.stdin() ? "exec < \"$here/" + STDIN + "\"" : "exec < /dev/null",
            "exec " + ShellWords.join(command) + " \"$here/" + DOCUMENT + "\"",
            "");
  }

  /**
   * The container with mounts that lead to the files of a repetition, in place of those of the run.
   *
   * @param kept where the run is kept
   */
  static ContainerSpec moved(ContainerSpec spec, Path kept) {
    ReplayScript script = new ReplayScript(spec, ReplayEnvironment.of(Map.of()));
    List<Mount> mounts = new ArrayList<>();
    for (Mount mount : spec.mounts()) {
      Path source = script.moved(mount.source(), kept);
      mounts.add(new Mount(source, mount.target(), mount.readOnly()));
    }
    return spec.toBuilder().mounts(mounts).build();
  }

  /** Makes the files of a repetition. */
  private String beginning(String title) {
    return String.join(
            "\n",
            "#!/bin/sh",
            "# Repeats a run of lofn that failed: " + comment(title),
            "# Each time in a fresh replay.* beside this file, with the input as it was written.",
            "# Nothing limits the time. Delete the whole directory when it is no longer wanted.",
            "set -eu",
            "here=$(CDPATH='' cd -- \"$(dirname -- \"$0\")\" && pwd -P)",
            "exchange=$(mktemp -d \"$here/replay.XXXXXX\")",
            "tar -C \"$here/exchange\" --null --no-recursion -T \"$here/" + INPUTS + "\" -cf - |",
            "  tar -C \"$exchange\" -xpf -",
            "chmod \"$(stat -c %a \"$here/exchange\")\" \"$exchange\"",
            "mkdir -m 1777 \"$exchange.tmp\"",
            "")
        + directories();
  }

  private String said() {
    say("--rm", "--pull=never", "--init", "--log-driver=none", "--no-healthcheck");
    closed(spec.settings());
    limits(spec.settings().limits());
    settings(spec.settings());
    StringBuilder text = new StringBuilder(ShellWords.join(arguments));
    text.append(" --env-file=\"$here/" + ENVIRONMENT + "\"");
    arguments.clear();
    Mount exchange = spec.mounts().get(0);
    madeAnew(text, "", exchange);
    for (Mount mount : spec.mounts().subList(1, spec.mounts().size())) {
      Optional<String> anew = suffix(mount.source());
      if (anew.isPresent()) {
        madeAnew(text, anew.get(), mount);
      } else if (!mount.target().equals(RunMounts.HOSTS)) { // which a command line makes itself
        mount(mount);
      }
    }
    spec.devices()
        .forEach(
            device ->
                say(
                    "--device=%s:%s:%s"
                        .formatted(device.source(), device.target(), device.permissions())));
    environment.exported().forEach(name -> say("--env=" + name));
    arguments.addAll(spec.settings().engineOptions());
    command();
    return text.append(' ').append(ShellWords.join(arguments)).toString();
  }

  private String ending() {
    StringBuilder text = new StringBuilder();
    for (String name : environment.unsayable()) {
      text.append("printf '%s\\n' ")
          .append(ShellWords.quote("replay: the variable " + comment(name) + " is left out"))
          .append(" >&2\n");
    }
    if (spec.stdin()) {
      text.append("exec < \"$here/" + STDIN + "\"\n");
    }
    return text.append(". \"$here/" + EXPORTS + "\"\nexec \"$@\"\n").toString();
  }

  private void say(String... words) {
    arguments.addAll(List.of(words));
  }

  private void closed(ContainerSettings settings) {
    say("--network=" + settings.network(), "--cap-drop=ALL");
    settings.capabilities().forEach(capability -> say("--cap-add=" + capability));
    if (!settings.newPrivileges()) {
      say("--security-opt=no-new-privileges");
    }
    if (settings.readOnlyRoot()) {
      say("--read-only");
    }
  }

  private void limits(ResourceLimits limits) {
    limits
        .cpus()
        .ifPresent(
            cpus -> {
              double all = Runtime.getRuntime().availableProcessors();
              say(String.format(Locale.ROOT, "--cpus=%.2f", Math.max(0.01, Math.min(cpus, all))));
            });
    limits
        .memory()
        .ifPresent(bytes -> say("--memory=" + bytes + "b", "--memory-swap=" + bytes + "b"));
    limits.pids().ifPresent(count -> say("--pids-limit=" + count));
    limits.sharedMemory().ifPresent(bytes -> say("--shm-size=" + bytes + "b"));
  }

  private void settings(ContainerSettings settings) {
    settings.user().ifPresent(user -> say("--user=" + user));
    settings.workingDirectory().ifPresent(path -> say("--workdir=" + path));
    settings.platform().ifPresent(platform -> say("--platform=" + platform));
    // Not lofn's own labels: by them it would take the container for one that somebody has left.
    settings
        .labels()
        .forEach(
            (name, value) -> {
              if (!name.startsWith(ContainerLabels.MARK)) {
                say("--label=" + name + "=" + value);
              }
            });
    settings
        .tmpfs()
        .forEach(
            (path, bytes) -> say("--tmpfs=" + path + ":exec,nosuid,nodev,mode=1777,size=" + bytes));
    if (spec.stdin()) {
      say("--interactive");
    }
  }

  /** Not by text: in the locale C, a path may not be one any more. */
  private Path moved(Path source, Path kept) {
    Path exchange = spec.mounts().get(0).source();
    Path temporary = exchange.resolveSibling("tmp");
    if (source.startsWith(exchange)) {
      return kept.resolve(REPLAYED).resolve(exchange.relativize(source));
    }
    return source.startsWith(temporary)
        ? kept.resolve(REPLAYED + ".tmp").resolve(temporary.relativize(source))
        : source;
  }

  /** What to put after the directory of a repetition for what lies in the exchange or its tmp. */
  private Optional<String> suffix(Path source) {
    Path exchange = spec.mounts().get(0).source();
    Path temporary = exchange.resolveSibling("tmp");
    if (source.startsWith(exchange)) {
      return Optional.of(tail(exchange, source));
    }
    return source.startsWith(temporary)
        ? Optional.of(".tmp" + tail(temporary, source))
        : Optional.empty();
  }

  private static String tail(Path base, Path path) {
    String tail = base.relativize(path).toString();
    return tail.isEmpty() ? "" : "/" + tail;
  }

  /** Makes what lofn makes in the exchange, and its tmp, before the tool starts. */
  private String directories() {
    StringBuilder text = new StringBuilder();
    for (Mount mount : spec.mounts()) {
      suffix(mount.source()).ifPresent(suffix -> makeDirectory(text, suffix));
      spec.settings()
          .workingDirectory()
          .map(Path::of)
          .filter(directory -> directory.startsWith(mount.target()))
          .map(Path.of(mount.target())::relativize)
          .flatMap(inside -> suffix(mount.source().resolve(inside)))
          .ifPresent(suffix -> makeDirectory(text, suffix));
    }
    return text.toString();
  }

  private static void makeDirectory(StringBuilder text, String suffix) {
    if (!suffix.isEmpty() && !suffix.equals(".tmp")) {
      text.append("[ -e \"$exchange\"" + ShellWords.quote(suffix) + " ] ||")
          .append(" mkdir -p \"$exchange\"" + ShellWords.quote(suffix) + "\n");
    }
  }

  /** Where what is made for each repetition lies is known only when the script runs. */
  private static void madeAnew(StringBuilder text, String suffix, Mount mount) {
    text.append(" \"--mount=type=bind,\\\"source=$quoted\"")
        .append(ShellWords.quote(suffix.replace("\"", "\"\"") + "\","))
        .append(ShellWords.quote(csv("target=" + mount.target())));
  }

  private void mount(Mount mount) {
    say(
        "--mount=type=bind,%s,%s%s"
            .formatted(
                csv("source=" + mount.source()),
                csv("target=" + mount.target()),
                mount.readOnly() ? ",readonly" : ""));
  }

  private void command() {
    List<String> argv = spec.argv();
    boolean ownProgram = !spec.imageEntrypoint() && !argv.isEmpty();
    if (ownProgram) {
      say("--entrypoint=" + argv.get(0));
    }
    say("--", spec.image());
    arguments.addAll(ownProgram ? argv.subList(1, argv.size()) : argv);
  }

  private static String csv(String field) {
    return '"' + field.replace("\"", "\"\"") + '"';
  }

  /** A text that stays in its line. */
  private static String comment(String text) {
    return text.replaceAll("\\p{Cntrl}", " ");
  }
}
