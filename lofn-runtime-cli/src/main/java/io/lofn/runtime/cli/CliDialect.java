package io.lofn.runtime.cli;

import static io.lofn.runtime.cli.Word.CAPABILITY;
import static io.lofn.runtime.cli.Word.CPUS;
import static io.lofn.runtime.cli.Word.ENTRYPOINT;
import static io.lofn.runtime.cli.Word.ENV_FILE;
import static io.lofn.runtime.cli.Word.ENV_OF_COMMAND;
import static io.lofn.runtime.cli.Word.INIT;
import static io.lofn.runtime.cli.Word.KEEP_USER_ID;
import static io.lofn.runtime.cli.Word.LABEL;
import static io.lofn.runtime.cli.Word.MEMORY;
import static io.lofn.runtime.cli.Word.MOUNT;
import static io.lofn.runtime.cli.Word.NAME;
import static io.lofn.runtime.cli.Word.NETWORK;
import static io.lofn.runtime.cli.Word.NO_CAPABILITIES;
import static io.lofn.runtime.cli.Word.NO_HEALTH_CHECK;
import static io.lofn.runtime.cli.Word.NO_INHERITED_ENVIRONMENT;
import static io.lofn.runtime.cli.Word.NO_LOG;
import static io.lofn.runtime.cli.Word.NO_NEW_PRIVILEGES;
import static io.lofn.runtime.cli.Word.NO_PULL;
import static io.lofn.runtime.cli.Word.PIDS;
import static io.lofn.runtime.cli.Word.PLATFORM;
import static io.lofn.runtime.cli.Word.READ_ONLY_ROOT;
import static io.lofn.runtime.cli.Word.SHARED_MEMORY;
import static io.lofn.runtime.cli.Word.STDIN;
import static io.lofn.runtime.cli.Word.USER;
import static io.lofn.runtime.cli.Word.WORKING_DIRECTORY;

import com.fasterxml.jackson.databind.node.TextNode;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a command line says what is asked of it. In the arguments, <code>{}</code> stands for the
 * value, and <code>{json}</code> for the value as JSON. Immutable.
 *
 * @param name the dialect's name
 * @param words what it can say about a container; what is missing it cannot
 * @param start attaches to a created container and starts it; more arguments follow
 * @param remove kills and removes containers; their ids follow
 * @param leavesOomFile whether a file {@code oom} in the working directory of {@code start} says
 *     that the memory limit was hit
 */
record CliDialect(
    String name,
    Map<Word, List<String>> words,
    List<String> start,
    List<String> remove,
    boolean leavesOomFile) {

  static final CliDialect DOCKER =
      new CliDialect(
          "docker",
          dockerWords(),
          List.of("start", "--attach"),
          List.of("rm", "--force", "--volumes"),
          false);

  static final CliDialect PODMAN =
      new CliDialect(
          "podman",
          podmanWords(),
          // Podman looks for its detach keys in any input: two bytes of data would end the run.
          // And its warnings go where the tool's standard error goes.
          List.of("start", "--attach", "--detach-keys=", "--log-level=error"),
          // Without a time it stops first, which may take ten seconds.
          List.of("rm", "--force", "--volumes", "-t", "0"),
          true);

  private static final List<CliDialect> ALL = List.of(DOCKER, PODMAN);

  CliDialect {
    words = Map.copyOf(words);
    start = List.copyOf(start);
    remove = List.copyOf(remove);
  }

  static Optional<CliDialect> named(String name) {
    return ALL.stream().filter(dialect -> dialect.name.equals(name)).findFirst();
  }

  static List<String> names() {
    return ALL.stream().map(CliDialect::name).toList();
  }

  /** The arguments that say this, or empty if the dialect cannot. */
  Optional<List<String>> say(Word word, String value) {
    return Optional.ofNullable(words.get(word))
        .map(arguments -> arguments.stream().map(each -> fill(each, value)).toList());
  }

  private static String fill(String argument, String value) {
    return argument.contains("{json}")
        ? argument.replace("{json}", new TextNode(value).toString())
        : argument.replace("{}", value);
  }

  private static Map<Word, List<String>> dockerWords() {
    Map<Word, List<String>> words = new EnumMap<>(Word.class);
    words.put(NAME, List.of("--name={}"));
    words.put(LABEL, List.of("--label={}"));
    words.put(NO_PULL, List.of("--pull=never"));
    words.put(INIT, List.of("--init"));
    words.put(STDIN, List.of("--interactive"));
    words.put(NO_LOG, List.of("--log-driver=none"));
    words.put(NO_HEALTH_CHECK, List.of("--no-healthcheck"));
    words.put(NO_INHERITED_ENVIRONMENT, List.of());
    words.put(MOUNT, List.of("--mount={}"));
    words.put(ENV_OF_COMMAND, List.of("--env={}"));
    words.put(ENV_FILE, List.of("--env-file={}"));
    words.put(ENTRYPOINT, List.of("--entrypoint={}"));
    words.put(USER, List.of("--user={}"));
    words.put(WORKING_DIRECTORY, List.of("--workdir={}"));
    words.put(PLATFORM, List.of("--platform={}"));
    words.put(NETWORK, List.of("--network={}"));
    words.put(NO_CAPABILITIES, List.of("--cap-drop=ALL"));
    words.put(CAPABILITY, List.of("--cap-add={}"));
    words.put(NO_NEW_PRIVILEGES, List.of("--security-opt=no-new-privileges"));
    words.put(READ_ONLY_ROOT, List.of("--read-only"));
    words.put(CPUS, List.of("--cpus={}"));
    // The second is memory and swap together.
    words.put(MEMORY, List.of("--memory={}b", "--memory-swap={}b"));
    words.put(PIDS, List.of("--pids-limit={}"));
    words.put(SHARED_MEMORY, List.of("--shm-size={}b"));
    return words;
  }

  private static Map<Word, List<String>> podmanWords() {
    Map<Word, List<String>> words = dockerWords();
    words.put(NO_INHERITED_ENVIRONMENT, List.of("--http-proxy=false", "--sdnotify=ignore"));
    words.put(KEEP_USER_ID, List.of("--userns=keep-id"));
    // What looks like JSON is taken for it, so everything is said as JSON.
    words.put(ENTRYPOINT, List.of("--entrypoint=[{json}]"));
    return words;
  }
}
