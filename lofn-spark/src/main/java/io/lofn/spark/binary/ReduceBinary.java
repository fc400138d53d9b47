package io.lofn.spark.binary;

import io.lofn.api.BinaryFile;
import io.lofn.api.LofnException;
import io.lofn.core.config.LofnConfig;
import io.lofn.spark.executor.ToolCall;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/**
 * Merges files with a tool, neighbours first, as a tree on the executors. Each level is a job of
 * its own over the names of the files; what is in them never comes to the driver.
 */
public final class ReduceBinary {

  private final JavaSparkContext spark;
  private final LofnConfig conf;
  private final String parent;
  private final ToolCall<BinaryFile, BinaryFile> call;

  /**
   * @param parent where the outputs of all levels are kept
   */
  public ReduceBinary(
      JavaSparkContext spark,
      LofnConfig conf,
      String parent,
      ToolCall<BinaryFile, BinaryFile> call) {
    this.spark = spark;
    this.conf = conf;
    this.parent = parent;
    this.call = call;
  }

  /** The files of earlier outputs, each with its name and location. */
  public static List<Tuple2<String, String>> filesOf(OutputDirectory outputs) {
    return outputs.files().stream()
        .map(file -> new Tuple2<>(file.name(), outputs.location(file.name())))
        .toList();
  }

  /**
   * Merges files to one.
   *
   * @param files name and location of each, in their order
   * @param fanIn how many neighbours one run merges
   */
  public OutputDirectory reduce(List<Tuple2<String, String>> files, int fanIn) {
    if (files.isEmpty()) {
      throw new LofnException("There is no file to reduce");
    }
    List<OutputDirectory> levels = new ArrayList<>();
    boolean reduced = false;
    try {
      List<Tuple2<String, String>> left = files;
      do {
        left = merge(left, fanIn, levels);
        deleteUnused(levels, left);
      } while (left.size() > 1);
      reduced = true;
      return levels.get(0);
    } finally {
      if (!reduced) {
        levels.forEach(level -> level.discard());
      }
    }
  }

  /** One level; a file without neighbours stays where it is, for the next. */
  private List<Tuple2<String, String>> merge(
      List<Tuple2<String, String>> files, int fanIn, List<OutputDirectory> levels) {
    List<List<Tuple2<String, String>>> groups = new ArrayList<>();
    List<Tuple2<String, String>> merged = new ArrayList<>();
    for (int from = 0; from < files.size(); from += fanIn) {
      groups.add(new ArrayList<>(files.subList(from, Math.min(from + fanIn, files.size()))));
    }
    Tuple2<String, String> alone = null;
    if (groups.size() > 1 && groups.get(groups.size() - 1).size() == 1) {
      alone = groups.remove(groups.size() - 1).get(0);
    }
    OutputDirectory level = run(groups, levels.size() + 1);
    levels.add(level);
    merged.addAll(filesOf(level));
    requireOneEach(level, groups.size());
    if (alone != null) {
      merged.add(alone);
    }
    return merged;
  }

  private OutputDirectory run(List<List<Tuple2<String, String>>> groups, int height) {
    JavaRDD<String[]> rdd =
        spark.parallelize(groups.stream().map(ReduceBinary::flat).toList(), groups.size());
    ToolCall<BinaryFile, BinaryFile> merger = call.atLevel(height);
    return OutputDirectory.create(spark, conf, parent, "")
        .fill(
            rdd.setName("lofn reduceBinary, level " + height),
            (records, files) -> mergeGroup(merger, unflat(records.next()), files));
  }

  /** Names and locations by turns: Spark registers this type with Kryo, which may take no other. */
  private static String[] flat(List<Tuple2<String, String>> group) {
    return group.stream().flatMap(file -> Stream.of(file._1, file._2)).toArray(String[]::new);
  }

  private static List<Tuple2<String, String>> unflat(String[] group) {
    List<Tuple2<String, String>> files = new ArrayList<>();
    for (int i = 0; i < group.length; i += 2) {
      files.add(new Tuple2<>(group[i], group[i + 1]));
    }
    return files;
  }

  private static Iterator<BinaryFile> mergeGroup(
      ToolCall<BinaryFile, BinaryFile> merger,
      List<Tuple2<String, String>> group,
      StoredFiles files)
      throws java.io.IOException {
    return group.size() == 1 ? files.copy(group.get(0)) : merger.call(files.open(group));
  }

  private static void requireOneEach(OutputDirectory level, int groups) {
    int files = level.files().size();
    if (files != groups) {
      throw new LofnException(
          "A tool that reduces gives one file for each run, but %d runs gave %d files"
              .formatted(groups, files));
    }
  }

  private static void deleteUnused(
      List<OutputDirectory> levels, List<Tuple2<String, String>> needed) {
    for (Iterator<OutputDirectory> each = levels.iterator(); each.hasNext(); ) {
      OutputDirectory level = each.next();
      if (needed.stream().noneMatch(file -> file._2.startsWith(level.path() + "/"))) {
        level.close();
        each.remove();
      }
    }
  }
}
