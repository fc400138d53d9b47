package io.lofn.runtime.cli.dialect;

import static io.lofn.runtime.cli.dialect.HarmlessOptions.NAME;
import static io.lofn.runtime.cli.dialect.HarmlessOptions.with;

import com.fasterxml.jackson.databind.JsonNode;
import io.lofn.runtime.cli.dialect.CliDialect.Family;
import io.lofn.spi.RuntimeFeature;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is docker's own. Tested with the real program. */
public final class Docker {

  public static final CliDialect DIALECT =
      new CliDialect(
          "docker",
          "docker",
          Family.ENGINE,
          words(),
          false,
          HarmlessOptions.ENGINES.and(with("domainname", NAME)));

  private static final Pattern VERSION = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})([^\\d].*)?");

  private Docker() {}

  private static Map<Word, List<String>> words() {
    Map<Word, List<String>> words = new EnumMap<>(Word.class);
    words.put(Word.START, List.of("start", "--attach"));
    words.put(Word.REMOVE, List.of("rm", "--force", "--volumes"));
    words.put(Word.LOAD, List.of("load", "--quiet", "--input={}"));
    words.put(Word.NAME, List.of("--name={}"));
    words.put(Word.LABEL, List.of("--label={}"));
    words.put(Word.NO_PULL, List.of("--pull=never"));
    words.put(Word.INIT, List.of("--init"));
    words.put(Word.STDIN, List.of("--interactive"));
    words.put(Word.NO_LOG, List.of("--log-driver=none"));
    words.put(Word.NO_HEALTH_CHECK, List.of("--no-healthcheck"));
    words.put(Word.NO_INHERITED_ENVIRONMENT, List.of());
    words.put(Word.MOUNT, List.of("--mount={}"));
    words.put(Word.READ_ONLY_MOUNT, List.of("--mount={}"));
    words.put(
        Word.READ_ONLY_SUBMOUNTS, List.of("bind-recursive=readonly", "bind-propagation=rprivate"));
    // Not as a mount, which docker closes to programs and cannot be told to open.
    words.put(Word.TMPFS, List.of("--tmpfs={target}:exec,nosuid,nodev,mode=1777,size={size}"));
    words.put(Word.DEVICE, List.of("--device={source}:{target}:{permissions}"));
    words.put(Word.ENV_OF_COMMAND, List.of("--env={}"));
    words.put(Word.ENV_FILE, List.of("--env-file={}"));
    words.put(Word.ENTRYPOINT, List.of("--entrypoint={}"));
    words.put(Word.IMAGE_COMMAND, List.of());
    words.put(Word.USER, List.of("--user={}"));
    words.put(Word.WORKING_DIRECTORY, List.of("--workdir={}"));
    words.put(Word.PLATFORM, List.of("--platform={}"));
    words.put(Word.NETWORK, List.of("--network={}"));
    words.put(Word.PROCESS_ISOLATION, List.of());
    words.put(Word.NO_CAPABILITIES, List.of("--cap-drop=ALL"));
    words.put(Word.CAPABILITY, List.of("--cap-add={}"));
    words.put(Word.NO_NEW_PRIVILEGES, List.of("--security-opt=no-new-privileges"));
    words.put(Word.READ_ONLY_ROOT, List.of("--read-only"));
    words.put(Word.WRITABLE_ROOT, List.of());
    words.put(Word.ENGINE_OPTIONS, List.of());
    limit(words);
    return words;
  }

  private static void limit(Map<Word, List<String>> words) {
    words.put(Word.CPUS, List.of("--cpus={}"));
    // The second is memory and swap together.
    words.put(Word.MEMORY, List.of("--memory={}b", "--memory-swap={}b"));
    words.put(Word.OUT_OF_MEMORY_DETECTION, List.of());
    words.put(Word.PIDS, List.of("--pids-limit={}"));
    words.put(Word.SHARED_MEMORY, List.of("--shm-size={}b"));
  }

  /** What docker answers to {@code info}; empty if this is no answer of docker. */
  static Optional<EngineInfo> info(JsonNode info) {
    if (info.at("/ServerVersion").asText().isEmpty()) {
      return Optional.empty();
    }
    String client = info.at("/ClientInfo/Version").asText();
    boolean rootless = false;
    for (JsonNode option : info.at("/SecurityOptions")) {
      rootless |= option.asText().startsWith("name=rootless");
    }
    return Optional.of(
        new EngineInfo(
            DIALECT,
            "docker CLI%s with engine %s"
                .formatted(
                    client.isEmpty() ? "" : " " + client, info.at("/ServerVersion").asText()),
            EngineInfo.atLeastOne(info.at("/NCPU").asInt()),
            rootless,
            ignored(info)));
  }

  private static Set<RuntimeFeature> ignored(JsonNode info) {
    Set<RuntimeFeature> missing = EnumSet.noneOf(RuntimeFeature.class);
    // What an older engine does not tell it can.
    if (!info.path("MemoryLimit").asBoolean(true)) {
      missing.add(RuntimeFeature.MEMORY);
    }
    if (!info.path("CpuCfsQuota").asBoolean(true)) {
      missing.add(RuntimeFeature.CPUS);
    }
    if (!info.path("PidsLimit").asBoolean(true)) {
      missing.add(RuntimeFeature.PIDS);
    }
    if (!closesSubmounts(info)) {
      missing.add(RuntimeFeature.READ_ONLY_SUBMOUNTS);
    }
    return missing;
  }

  /** Both the program and the engine must be docker 25 or newer, on Linux 5.12 or newer. */
  private static boolean closesSubmounts(JsonNode info) {
    return isAtLeast(info.at("/ClientInfo/Version").asText(), 25, 0)
        && isAtLeast(info.at("/ServerVersion").asText(), 25, 0)
        && isAtLeast(info.at("/KernelVersion").asText(), 5, 12);
  }

  private static boolean isAtLeast(String version, int major, int minor) {
    Matcher matcher = VERSION.matcher(version);
    if (!matcher.matches()) {
      return false;
    }
    int known = Integer.parseInt(matcher.group(1));
    return known > major || (known == major && Integer.parseInt(matcher.group(2)) >= minor);
  }
}
