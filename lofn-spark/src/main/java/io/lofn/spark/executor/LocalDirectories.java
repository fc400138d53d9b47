package io.lofn.spark.executor;

import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The directories in which this executor may keep files, by Spark's own rules: YARN's directories,
 * else those that the worker gave to the executor, else the node's, else {@code spark.local.dir}.
 */
final class LocalDirectories {

  private LocalDirectories() {}

  static List<Path> of(Map<String, String> environment, String sparkLocalDir) {
    String yarn = environment.containsKey("CONTAINER_ID") ? environment.get("LOCAL_DIRS") : null;
    return Stream.of(
            split(yarn, ","),
            split(environment.get("SPARK_EXECUTOR_DIRS"), File.pathSeparator),
            split(environment.get("SPARK_LOCAL_DIRS"), ","),
            split(sparkLocalDir, ","))
        .filter(directories -> !directories.isEmpty())
        .findFirst()
        .orElseGet(() -> List.of(Path.of(System.getProperty("java.io.tmpdir"))));
  }

  private static List<Path> split(@Nullable String text, String separator) {
    return text == null
        ? List.of()
        : Arrays.stream(text.split(Pattern.quote(separator)))
            .filter(part -> !part.isBlank())
            .map(part -> Path.of(part.strip()).toAbsolutePath())
            .toList();
  }
}
