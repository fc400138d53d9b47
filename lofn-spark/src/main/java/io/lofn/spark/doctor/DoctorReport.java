package io.lofn.spark.doctor;

import io.lofn.core.check.CheckResult;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the doctor prints: a table of the nodes, and what to do where one failed. */
public final class DoctorReport {

  private static final String GAP = "  ";

  private final Map<String, List<CheckResult>> nodes;
  private final int wanted;

  /**
   * @param nodes the findings of each node; none for one that was not met
   * @param wanted how many nodes there should be
   */
  public DoctorReport(Map<String, List<CheckResult>> nodes, int wanted) {
    this.nodes = nodes;
    this.wanted = wanted;
  }

  public boolean isGood() {
    return passed() == nodes.size() && nodes.size() >= wanted;
  }

  private long passed() {
    return nodes.values().stream()
        .filter(node -> !node.isEmpty() && node.stream().allMatch(CheckResult::good))
        .count();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(table());
    nodes.forEach((node, findings) -> note(text, node, findings));
    if (!isGood() || nodes.values().stream().flatMap(List::stream).anyMatch(CheckResult::advises)) {
      text.append("\nWhat to do:\n");
      nodes.forEach((node, findings) -> advise(text, node, findings));
      if (nodes.size() < wanted) {
        text.append(
            "%d nodes were wanted, but no executor came up on more than %d: look at the cluster manager, at --num-executors and the like.%n"
                .formatted(wanted, nodes.size()));
      }
    }
    return text.append(
            "\n%d of %d nodes passed%n".formatted(passed(), Math.max(wanted, nodes.size())))
        .toString();
  }

  private static void note(StringBuilder text, String node, List<CheckResult> findings) {
    for (CheckResult finding : findings) {
      if (finding.isNote()) {
        text.append("%n%s, %s:%n".formatted(node, finding.check()))
            .append(finding.problem().stripIndent().stripTrailing().indent(2));
      }
    }
  }

  private static void advise(StringBuilder text, String node, List<CheckResult> findings) {
    if (findings.isEmpty()) {
      text.append(node)
          .append(": it has executors, but none of them took a task; is another job running?\n");
    }
    for (CheckResult finding : findings) {
      if (finding.advises()) {
        text.append("%s, %s:%n".formatted(node, finding.check()))
            .append(finding.problem().strip().indent(2))
            .append(("-> " + finding.advice()).indent(2));
      }
    }
  }

  private String table() {
    Set<String> columns = new LinkedHashSet<>();
    nodes.values().forEach(node -> node.forEach(finding -> columns.add(finding.check())));
    List<List<String>> rows = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of("node"));
    head.addAll(columns);
    rows.add(head);
    nodes.forEach(
        (node, findings) -> {
          List<String> row = new ArrayList<>(List.of(node));
          columns.forEach(column -> row.add(cell(findings, column)));
          rows.add(row);
        });
    return aligned(rows);
  }

  private static String cell(List<CheckResult> findings, String column) {
    return findings.stream()
        .filter(finding -> finding.check().equals(column))
        .map(CheckResult::text)
        .findFirst()
        .orElse("-");
  }

  private static String aligned(List<List<String>> rows) {
    int[] widths = new int[rows.get(0).size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length())).append(GAP);
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }
}
