package io.lofn.runtime.cli.dialect;

import static io.lofn.runtime.cli.dialect.HarmlessOptions.NAME;
import static io.lofn.runtime.cli.dialect.HarmlessOptions.with;

import io.lofn.runtime.cli.dialect.CliDialect.Family;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The dialect of nerdctl. Written from its documentation, and not run against the real program. */
public final class Nerdctl {

  public static final CliDialect DIALECT =
      new CliDialect(
          "nerdctl",
          "nerdctl",
          Family.ENGINE,
          options(),
          false,
          HarmlessOptions.ENGINES.and(with("domainname", NAME), with("umask", "[0-7]{3,4}")));

  private Nerdctl() {}

  private static Map<DialectOption, List<String>> options() {
    Map<DialectOption, List<String>> options = new EnumMap<>(Docker.DIALECT.options());
    // nerdctl runs no health check unless an option asks for it.
    options.put(DialectOption.NO_HEALTH_CHECK, List.of());
    options.remove(DialectOption.OUT_OF_MEMORY_DETECTION);
    options.remove(DialectOption.READ_ONLY_SUBMOUNTS);
    return options;
  }
}
