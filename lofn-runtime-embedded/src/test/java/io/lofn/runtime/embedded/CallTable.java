package io.lofn.runtime.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What src/main/seccomp/calls.txt says, read a second time. */
final class CallTable {

  static final String DENY = "EPERM";
  static final String ALLOW = "allow";
  static final String ENOSYS = "ENOSYS";

  static final Map<String, Integer> CAPABILITIES =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("CAP_DAC_READ_SEARCH", 2),
              Map.entry("CAP_SYS_MODULE", 16),
              Map.entry("CAP_SYS_RAWIO", 17),
              Map.entry("CAP_SYS_CHROOT", 18),
              Map.entry("CAP_SYS_PTRACE", 19),
              Map.entry("CAP_SYS_PACCT", 20),
              Map.entry("CAP_SYS_ADMIN", 21),
              Map.entry("CAP_SYS_BOOT", 22),
              Map.entry("CAP_SYS_NICE", 23),
              Map.entry("CAP_SYS_TIME", 25),
              Map.entry("CAP_SYS_TTY_CONFIG", 26),
              Map.entry("CAP_SYSLOG", 34),
              Map.entry("CAP_PERFMON", 38),
              Map.entry("CAP_BPF", 39)));

  private static final Pattern TEST = Pattern.compile("arg(\\d)([=<>]|&(\\w+)=)(\\w+)");

  private final Map<Integer, List<String>> rules = new TreeMap<>();
  private final Map<String, Integer> numbers = new HashMap<>();

  CallTable(String arch) throws IOException {
    int column = arch.equals("x86_64") ? 1 : 2;
    for (String line : Files.readAllLines(NativeSources.MAIN.resolve("seccomp/calls.txt"))) {
      String[] words = line.split(" +", -1);
      if (!line.startsWith("#") && !words[column].equals("-")) {
        rules.put(Integer.valueOf(words[column]), Arrays.asList(words).subList(3, words.length));
        numbers.put(words[0], Integer.valueOf(words[column]));
      }
    }
  }

  Map<String, Integer> numbers() {
    return numbers;
  }

  int number(String name) {
    return numbers.get(name);
  }

  String answer(long number, long[] arguments, Set<String> capabilities) {
    List<String> rule = rules.get((int) number);
    if (number != (int) number || rule == null) {
      return ENOSYS;
    }
    if (rule.contains("allow") || rule.stream().anyMatch(capabilities::contains)) {
      return ALLOW;
    }
    if (rule.contains("enosys")) {
      return ENOSYS;
    }
    return rule.stream().anyMatch(word -> holds(word, arguments)) ? ALLOW : DENY;
  }

  private static boolean holds(String word, long[] arguments) {
    Matcher test = TEST.matcher(word);
    if (!test.matches()) {
      return false;
    }
    int argument = (int) arguments[Integer.parseInt(test.group(1))];
    int value = Long.decode(test.group(4)).intValue();
    return switch (test.group(2).charAt(0)) {
      case '=' -> argument == value;
      case '<' -> Integer.compareUnsigned(argument, value) < 0;
      case '>' -> Integer.compareUnsigned(argument, value) > 0;
      default -> (argument & Long.decode(test.group(3)).intValue()) == value;
    };
  }
}
