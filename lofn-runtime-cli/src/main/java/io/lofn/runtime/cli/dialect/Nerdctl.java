package io.lofn.runtime.cli.dialect;

import static io.lofn.runtime.cli.dialect.HarmlessOptions.NAME;
import static io.lofn.runtime.cli.dialect.HarmlessOptions.with;

import io.lofn.runtime.cli.dialect.CliDialect.Family;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What is nerdctl's own. Written from its documentation, and not run against the real program. */
public final class Nerdctl {

  public static final CliDialect DIALECT =
      new CliDialect(
          "nerdctl",
          "nerdctl",
          Family.ENGINE,
          words(),
          false,
          HarmlessOptions.ENGINES.and(with("domainname", NAME), with("umask", "[0-7]{3,4}")));

  private Nerdctl() {}

  private static Map<Word, List<String>> words() {
    Map<Word, List<String>> words = new EnumMap<>(Docker.DIALECT.words());
    // It makes no checks but those it is told to make.
    words.put(Word.NO_HEALTH_CHECK, List.of());
    words.remove(Word.OUT_OF_MEMORY_DETECTION);
    words.remove(Word.READ_ONLY_SUBMOUNTS);
    return words;
  }
}
