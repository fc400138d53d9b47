package io.lofn.runtime.cli.engine;

import io.lofn.runtime.cli.dialect.Dialects;
import io.lofn.runtime.cli.dialect.EngineInfo;
import io.lofn.spi.RuntimeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A program with docker's command line whose behaviour a test defines. Each call is logged. By
 * default it answers {@code info}, and a container is created, runs at once and ends with the exit
 * code of its start.
 */
final class FakeCli {

  static final String INFO =
      """
      {"ServerVersion":"20.10","NCPU":4,"ClientInfo":{"Version":"28.1"}}\
      """;

  private static final String SCRIPT =
      """
      #!/bin/sh
      here='%s'
      IFS='
      '
      printf '%%s ' "$@" >> $here/calls
      echo >> $here/calls
      case "$1 $2" in
      %s
      info*) echo '%s' ;;
      create*) echo 0123456789abcdef ;;
      "container inspect")
        echo '{"Status":"exited","StartedAt":"2026-01-01T00:00:00Z","Running":false,"ExitCode":3}' ;;
      start* | kill* | rm*) ;;
      *) echo "unexpected: $*" >&2; exit 99 ;;
      esac
      """;

  private final Path directory;
  private final Path program;

  private FakeCli(Path directory, Path program) {
    this.directory = directory;
    this.program = program;
  }

  /**
   * Writes the program.
   *
   * @param cases its behaviour, as cases of a shell script: {@code create*) sleep 600 ;;}
   */
  static FakeCli in(Path directory, String cases) throws IOException {
    return named("docker", directory, cases);
  }

  static FakeCli named(String name, Path directory, String cases) throws IOException {
    Path program = directory.resolve(name);
    Files.writeString(program, SCRIPT.formatted(directory, cases, INFO));
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    return new FakeCli(directory, program);
  }

  Path program() {
    return program;
  }

  List<String> calls() throws IOException {
    return Files.readAllLines(directory.resolve("calls"));
  }

  RuntimeConfig config(Duration callTimeout) {
    return RuntimeConfig.of(Map.of("command", program.toString())).callTimeout(callTimeout);
  }

  CliRuntime runtime(Duration callTimeout) {
    EngineInfo info = Dialects.ofAnswer(INFO).orElseThrow();
    return new CliRuntime(new CliEngine(program, info, callTimeout));
  }
}
