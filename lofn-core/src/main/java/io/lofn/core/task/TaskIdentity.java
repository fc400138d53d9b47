package io.lofn.core.task;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Identifies the attempt at a partition that a run works for.
 *
 * @param application Spark's application id
 * @param stage Spark's stage id
 * @param partition the partition's index
 * @param attempt the number of earlier attempts at the partition
 * @param task Spark's id of the attempt, unique in the application
 */
public record TaskIdentity(String application, int stage, int partition, int attempt, long task) {

  /** The labels that tell the runs of one application apart. */
  public static final List<String> RUN_LABELS =
      List.of("io.lofn.stage", "io.lofn.partition", "io.lofn.attempt");

  /** The name of the file that Spark reads the records from. */
  public static final String INPUT_FILE = "LOFN_INPUT_FILE";

  private static final String PARTITION = "LOFN_PARTITION";
  private static final String STAGE = "LOFN_STAGE";
  private static final String ATTEMPT = "LOFN_ATTEMPT";

  /** The variables that tell the runs of one application apart. */
  public static final Set<String> RUN_VARIABLES = Set.of(PARTITION, STAGE, ATTEMPT, INPUT_FILE);

  /** The variables by which a tool knows which run this is. */
  public Map<String, String> variables() {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put(PARTITION, Integer.toString(partition));
    variables.put(STAGE, Integer.toString(stage));
    variables.put(ATTEMPT, Integer.toString(attempt));
    return variables;
  }

  public Map<String, String> labels() {
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put("io.lofn.application", application);
    labels.put("io.lofn.stage", Integer.toString(stage));
    labels.put("io.lofn.partition", Integer.toString(partition));
    labels.put("io.lofn.attempt", Integer.toString(attempt));
    return labels;
  }

  /** Returns a name for files and containers of this attempt: letters, digits and dashes. */
  public String fileName() {
    String safe = application.replaceAll("[^A-Za-z0-9]+", "-");
    return "%s-%d-%d-%d-%d".formatted(safe, stage, partition, attempt, task);
  }

  @Override
  public String toString() {
    return "stage %d, partition %d, attempt %d (task %d), %s"
        .formatted(stage, partition, attempt, task, application);
  }
}
