package io.lofn.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;

/**
 * HDFS on this machine: name node and data node in one JVM, which has Hadoop's own jars and nothing
 * of lofn or Spark.
 */
final class Hdfs implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Path JARS = Path.of("../hadoop-home/target/home/jars");

  private final Path directory;
  private final int port = Registry.freePort();
  private final Daemon daemon;

  /**
   * Starts it; what it writes is below a directory, and its configuration in {@code conf} there.
   */
  Hdfs(Path directory) {
    assertThat(JARS).as("the jars of the module hadoop-home").isNotEmptyDirectory();
    this.directory = directory;
    try {
      configure();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    daemon =
        Daemon.start(
            log(), Map.of("JAVA_HOME", System.getProperty("java.home")), nameNode(), () -> true);
  }

  /** Returns when it serves. */
  void await() throws InterruptedException {
    Engines.waitUntil(
        "HDFS serves, as its log may tell",
        PATIENCE,
        () -> Files.exists(directory.resolve("hdfs.json")));
  }

  String uri() {
    return "hdfs://127.0.0.1:" + port;
  }

  private void configure() throws IOException {
    Path conf = Files.createDirectories(directory.resolve("conf"));
    Files.writeString(
        conf.resolve("log4j.properties"),
        """
        log4j.rootLogger=INFO, out
        log4j.appender.out=org.apache.log4j.ConsoleAppender
        log4j.appender.out.layout=org.apache.log4j.PatternLayout
        log4j.appender.out.layout.ConversionPattern=%d %p %c{2}: %m%n
        """);
    Configuration configuration = new Configuration(false);
    configuration.set("fs.defaultFS", uri());
    try (var out = Files.newOutputStream(conf.resolve("core-site.xml"))) {
      configuration.writeXml(out);
    }
  }

  private List<String> nameNode() {
    List<String> command =
        daemon("test.MiniDFSClusterManager", "-Dtest.build.data=" + directory.resolve("hdfs"));
    command.addAll(
        List.of(
            "-nnport",
            Integer.toString(port),
            "-httpport",
            Integer.toString(Registry.freePort()),
            "-datanodes",
            "1",
            "-format",
            "-D",
            "dfs.replication=1",
            "-writeDetails",
            directory.resolve("hdfs.json").toString()));
    return command;
  }

  /** Returns the command of one of Hadoop's daemons with this configuration. */
  List<String> daemon(String type, String... options) {
    List<String> command = new ArrayList<>(List.of(SparkHome.java()));
    command.addAll(SparkHome.shortLived());
    Collections.addAll(command, options);
    command.addAll(
        List.of(
            "-Xmx384m",
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "-Dhadoop.log.dir=" + directory,
            "-cp",
            directory.resolve("conf") + ":" + JARS.toAbsolutePath().normalize() + "/*",
            "org.apache.hadoop." + type));
    return command;
  }

  private Path log() {
    return directory.resolve("hdfs.log");
  }

  /** How often a file was opened, as the name node has noted. */
  long timesOpened(String file) throws IOException {
    try (Stream<String> lines = Files.lines(log())) {
      return lines
          .filter(line -> line.contains("cmd=open\t") && line.contains("\tsrc=" + file + "\t"))
          .count();
    }
  }

  @Override
  public void close() {
    daemon.close();
  }
}
