package io.lofn.runtime.cli;

import static io.lofn.runtime.cli.Word.CAPABILITY;
import static io.lofn.runtime.cli.Word.CPUS;
import static io.lofn.runtime.cli.Word.DEVICE;
import static io.lofn.runtime.cli.Word.ENGINE_OPTIONS;
import static io.lofn.runtime.cli.Word.ENTRYPOINT;
import static io.lofn.runtime.cli.Word.ENV_FILE;
import static io.lofn.runtime.cli.Word.ENV_OF_COMMAND;
import static io.lofn.runtime.cli.Word.ENV_PREFIX;
import static io.lofn.runtime.cli.Word.IMAGE_COMMAND;
import static io.lofn.runtime.cli.Word.INIT;
import static io.lofn.runtime.cli.Word.KEEP_USER_ID;
import static io.lofn.runtime.cli.Word.LABEL;
import static io.lofn.runtime.cli.Word.LOAD;
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
import static io.lofn.runtime.cli.Word.OUT_OF_MEMORY_VERDICT;
import static io.lofn.runtime.cli.Word.PIDS;
import static io.lofn.runtime.cli.Word.PLATFORM;
import static io.lofn.runtime.cli.Word.PROCESS_ISOLATION;
import static io.lofn.runtime.cli.Word.PULL;
import static io.lofn.runtime.cli.Word.READ_ONLY_MOUNT;
import static io.lofn.runtime.cli.Word.READ_ONLY_ROOT;
import static io.lofn.runtime.cli.Word.READ_ONLY_SUBMOUNTS;
import static io.lofn.runtime.cli.Word.REMOVE;
import static io.lofn.runtime.cli.Word.RUN;
import static io.lofn.runtime.cli.Word.SHARED_MEMORY;
import static io.lofn.runtime.cli.Word.START;
import static io.lofn.runtime.cli.Word.STDIN;
import static io.lofn.runtime.cli.Word.TMPFS;
import static io.lofn.runtime.cli.Word.UNSET_ENV;
import static io.lofn.runtime.cli.Word.USER;
import static io.lofn.runtime.cli.Word.WORKING_DIRECTORY;
import static io.lofn.runtime.cli.Word.WRITABLE_ROOT;

import io.lofn.runtime.cli.CliDialect.Family;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The dialects that are known. Those of docker, podman and charliecloud are tested with the real
 * programs. Those of nerdctl, apptainer and singularity were written from their documentation and
 * have not been run against the real programs.
 */
final class Dialects {

  static final CliDialect DOCKER =
      new CliDialect(
          "docker", "docker", Family.ENGINE, dockerWords(), false, HarmlessOptions.DOCKER);
  static final CliDialect PODMAN =
      new CliDialect(
          "podman", "podman", Family.ENGINE, podmanWords(), true, HarmlessOptions.PODMAN);
  static final CliDialect NERDCTL =
      new CliDialect(
          "nerdctl", "nerdctl", Family.ENGINE, nerdctlWords(), false, HarmlessOptions.NERDCTL);
  static final CliDialect CHARLIECLOUD =
      new CliDialect(
          "charliecloud",
          "ch-run",
          Family.RUNNER,
          charliecloudWords(),
          false,
          HarmlessOptions.CHARLIECLOUD);
  static final CliDialect APPTAINER =
      new CliDialect(
          "apptainer",
          "apptainer",
          Family.RUNNER,
          apptainerWords("APPTAINER"),
          false,
          HarmlessOptions.APPTAINER);
  static final CliDialect SINGULARITY =
      new CliDialect(
          "singularity",
          "singularity",
          Family.RUNNER,
          apptainerWords("SINGULARITY"),
          false,
          HarmlessOptions.APPTAINER);

  private static final List<CliDialect> ALL =
      List.of(DOCKER, PODMAN, NERDCTL, CHARLIECLOUD, APPTAINER, SINGULARITY);

  private Dialects() {}

  static Optional<CliDialect> named(String name) {
    return ALL.stream().filter(dialect -> dialect.name().equals(name)).findFirst();
  }

  /** The dialect of a program that is called by its usual name, if that tells. */
  static Optional<CliDialect> ofProgram(String fileName) {
    return ALL.stream().filter(dialect -> dialect.program().equals(fileName)).findFirst();
  }

  static List<String> names() {
    return ALL.stream().map(CliDialect::name).toList();
  }

  private static Map<Word, List<String>> dockerWords() {
    Map<Word, List<String>> words = new EnumMap<>(Word.class);
    words.put(START, List.of("start", "--attach"));
    words.put(REMOVE, List.of("rm", "--force", "--volumes"));
    words.put(LOAD, List.of("load", "--quiet", "--input={}"));
    words.put(NAME, List.of("--name={}"));
    words.put(LABEL, List.of("--label={}"));
    words.put(NO_PULL, List.of("--pull=never"));
    words.put(INIT, List.of("--init"));
    words.put(STDIN, List.of("--interactive"));
    words.put(NO_LOG, List.of("--log-driver=none"));
    words.put(NO_HEALTH_CHECK, List.of("--no-healthcheck"));
    words.put(NO_INHERITED_ENVIRONMENT, List.of());
    words.put(MOUNT, List.of("--mount={}"));
    words.put(READ_ONLY_MOUNT, List.of("--mount={}"));
    words.put(READ_ONLY_SUBMOUNTS, List.of("bind-recursive=readonly", "bind-propagation=rprivate"));
    // Not as a mount, which docker closes to programs and cannot be told to open.
    words.put(TMPFS, List.of("--tmpfs={target}:exec,nosuid,nodev,mode=1777,size={size}"));
    words.put(DEVICE, List.of("--device={source}:{target}:{permissions}"));
    words.put(ENV_OF_COMMAND, List.of("--env={}"));
    words.put(ENV_FILE, List.of("--env-file={}"));
    words.put(ENTRYPOINT, List.of("--entrypoint={}"));
    words.put(IMAGE_COMMAND, List.of());
    words.put(USER, List.of("--user={}"));
    words.put(WORKING_DIRECTORY, List.of("--workdir={}"));
    words.put(PLATFORM, List.of("--platform={}"));
    words.put(NETWORK, List.of("--network={}"));
    words.put(PROCESS_ISOLATION, List.of());
    words.put(NO_CAPABILITIES, List.of("--cap-drop=ALL"));
    words.put(CAPABILITY, List.of("--cap-add={}"));
    words.put(NO_NEW_PRIVILEGES, List.of("--security-opt=no-new-privileges"));
    words.put(READ_ONLY_ROOT, List.of("--read-only"));
    words.put(WRITABLE_ROOT, List.of());
    words.put(CPUS, List.of("--cpus={}"));
    // The second is memory and swap together.
    words.put(MEMORY, List.of("--memory={}b", "--memory-swap={}b"));
    words.put(OUT_OF_MEMORY_VERDICT, List.of());
    words.put(PIDS, List.of("--pids-limit={}"));
    words.put(SHARED_MEMORY, List.of("--shm-size={}b"));
    words.put(ENGINE_OPTIONS, List.of());
    return words;
  }

  private static Map<Word, List<String>> podmanWords() {
    Map<Word, List<String>> words = dockerWords();
    words.remove(READ_ONLY_SUBMOUNTS);
    // Podman looks for its detach keys in any input: two bytes of data would end the run.
    // And its warnings go where the tool's standard error goes.
    words.put(START, List.of("start", "--attach", "--detach-keys=", "--log-level=error"));
    // Without a time it stops first, which may take ten seconds.
    words.put(REMOVE, List.of("rm", "--force", "--volumes", "-t", "0"));
    words.put(NO_INHERITED_ENVIRONMENT, List.of("--http-proxy=false", "--sdnotify=ignore"));
    words.put(UNSET_ENV, List.of("--unsetenv={}"));
    words.put(KEEP_USER_ID, List.of("--userns=keep-id"));
    // Its --tmpfs would copy what the image has there.
    words.put(TMPFS, List.of("--mount={}"));
    // What looks like JSON is taken for it, so everything is said as JSON.
    words.put(ENTRYPOINT, List.of("--entrypoint=[{json}]"));
    return words;
  }

  private static Map<Word, List<String>> nerdctlWords() {
    Map<Word, List<String>> words = dockerWords();
    // It makes no checks but those it is told to make.
    words.put(NO_HEALTH_CHECK, List.of());
    words.remove(OUT_OF_MEMORY_VERDICT);
    words.remove(READ_ONLY_SUBMOUNTS);
    return words;
  }

  private static Map<Word, List<String>> charliecloudWords() {
    Map<Word, List<String>> words = new EnumMap<>(Word.class);
    words.put(RUN, List.of());
    words.put(PULL, List.of("ch-image", "--storage={store}", "pull", "{}"));
    // It insists on this variable, although the environment it is given is the tool's.
    words.put(
        NO_INHERITED_ENVIRONMENT,
        List.of("--unset-env=USER", "--unset-env=" + RunnerStarter.IMAGE_STORAGE));
    words.put(ENV_FILE, List.of("--env-no-expand", "--set-env={}"));
    words.put(MOUNT, List.of("--bind={source}:{target}"));
    words.put(WORKING_DIRECTORY, List.of("--cd={}"));
    words.put(USER, List.of("--uid={uid}", "--gid={gid}"));
    // Without --write the image is mounted read-only.
    words.put(READ_ONLY_ROOT, List.of());
    return words;
  }

  private static Map<Word, List<String>> apptainerWords(String prefix) {
    Map<Word, List<String>> words = new EnumMap<>(Word.class);
    words.put(RUN, List.of("exec", "--containall", "--no-eval"));
    words.put(PULL, List.of(prefix.toLowerCase(Locale.ROOT), "pull", "{file}", "docker://{}"));
    words.put(NO_INHERITED_ENVIRONMENT, List.of("--cleanenv"));
    words.put(ENV_PREFIX, List.of(prefix + "ENV_"));
    words.put(MOUNT, List.of("--bind={source}:{target}"));
    words.put(READ_ONLY_MOUNT, List.of("--bind={source}:{target}:ro"));
    words.put(WORKING_DIRECTORY, List.of("--pwd={}"));
    words.put(NETWORK, List.of("--net", "--network={}"));
    // As --containall says already.
    words.put(PROCESS_ISOLATION, List.of("--pid"));
    words.put(NO_CAPABILITIES, List.of("--no-privs"));
    words.put(CAPABILITY, List.of("--add-caps=CAP_{}"));
    // It sets no_new_privs by itself.
    words.put(NO_NEW_PRIVILEGES, List.of());
    words.put(READ_ONLY_ROOT, List.of());
    words.put(WRITABLE_ROOT, List.of("--writable-tmpfs"));
    words.put(CPUS, List.of("--cpus={}"));
    words.put(MEMORY, List.of("--memory={}", "--memory-swap={}"));
    words.put(PIDS, List.of("--pids-limit={}"));
    words.put(ENGINE_OPTIONS, List.of());
    return words;
  }
}
