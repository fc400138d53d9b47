package io.lofn.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.launcher.JavaModuleOptions;
import org.jspecify.annotations.Nullable;

/** A Spark as users have it: a directory of jars, without lofn. */
final class SparkHome {

  private final Path directory;
  private final String scalaBinaryVersion;
  private final @Nullable Path hadoopConf;

  private SparkHome(Path directory, String scalaBinaryVersion, @Nullable Path hadoopConf) {
    this.directory = directory;
    this.scalaBinaryVersion = scalaBinaryVersion;
    this.hadoopConf = hadoopConf;
  }

  /**
   * A home that the build has assembled.
   *
   * @param version Spark's version, an underscore, and Scala's
   */
  static SparkHome of(String version) {
    Path home = Path.of("../spark-homes", version, "target/home").toAbsolutePath().normalize();
    assertThat(home.resolve("jars")).isNotEmptyDirectory();
    return new SparkHome(home, version.substring(version.indexOf('_') + 1), null);
  }

  /** A home without a jar: its executors live off the class path that they are given. */
  static SparkHome empty(Path directory) {
    try {
      Files.createDirectories(directory.resolve("jars"));
    } catch (IOException e) {
      throw new AssertionError("Cannot make a home for Spark", e);
    }
    String version = scala.util.Properties.versionNumberString();
    return new SparkHome(directory, version.substring(0, version.lastIndexOf('.')), null);
  }

  /** The same, whose jobs find a cluster of Hadoop's by its configuration. */
  SparkHome withHadoopConf(Path conf) {
    return new SparkHome(directory, scalaBinaryVersion, conf);
  }

  String classPath() {
    return (hadoopConf == null ? "" : hadoopConf + ":") + jars();
  }

  /** All jars, as a class path has them. */
  String jars() {
    return directory.resolve("jars") + "/*";
  }

  /** What Spark's scripts set; workers ask for the version of Scala before their class path. */
  Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>();
    environment.put("SPARK_HOME", directory.toString());
    environment.put("SPARK_SCALA_VERSION", scalaBinaryVersion);
    environment.put("SPARK_LOCAL_IP", "127.0.0.1");
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    if (hadoopConf != null) {
      environment.put("HADOOP_CONF_DIR", hadoopConf.toString());
    }
    return environment;
  }

  /** What {@code spark-submit} runs. */
  List<String> submit(List<String> arguments) {
    List<String> command = new ArrayList<>(List.of(java()));
    command.addAll(
        Arrays.stream(JavaModuleOptions.defaultModuleOptions().strip().split("\\s+")).toList());
    command.addAll(shortLived());
    command.addAll(List.of("-Xmx512m", "-cp", classPath(), "org.apache.spark.deploy.SparkSubmit"));
    command.addAll(arguments);
    return command;
  }

  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** Options of a JVM that lives for a minute: it ends before what a better compiler does pays. */
  static List<String> shortLived() {
    return List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
  }

  @Override
  public String toString() {
    return "Spark " + directory.getParent().getParent().getFileName();
  }
}
