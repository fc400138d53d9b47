package io.lofn.runtime.cli.dialect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Optional;

/**
 * The built-in dialects. Those of docker, podman and charliecloud are tested with the real
 * programs. Those of nerdctl, apptainer and singularity were written from their documentation and
 * have not been run against the real programs.
 */
public final class Dialects {

  private static final List<CliDialect> ALL =
      List.of(
          Docker.DIALECT,
          Podman.DIALECT,
          Nerdctl.DIALECT,
          Charliecloud.DIALECT,
          Apptainer.DIALECT,
          Apptainer.SINGULARITY);

  private static final JsonMapper JSON = new JsonMapper();

  private Dialects() {}

  public static Optional<CliDialect> named(String name) {
    return ALL.stream().filter(dialect -> dialect.name().equals(name)).findFirst();
  }

  /** Returns the dialect of a program by its file name; empty if the name is not a known one. */
  public static Optional<CliDialect> ofProgram(String fileName) {
    return ALL.stream().filter(dialect -> dialect.program().equals(fileName)).findFirst();
  }

  public static List<String> names() {
    return ALL.stream().map(CliDialect::name).toList();
  }

  /**
   * Reads the answer to {@code info}. The fields of the answer identify the engine, since a program
   * called docker may be podman.
   *
   * @param answer the answer, as JSON
   * @return empty if this is neither docker nor podman
   */
  public static Optional<EngineInfo> ofAnswer(String answer) {
    try {
      JsonNode info = JSON.readTree(answer);
      return Docker.info(info).or(() -> Podman.info(info));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
