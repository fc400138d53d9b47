package io.lofn.hdfs;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.util.VersionInfo;

/** Opens file systems of Hadoop, and tells which jar is missing where that is the reason. */
final class FileSystems {

  private static final String AWS = "org.apache.hadoop:hadoop-aws:";
  private static final String AZURE = "org.apache.hadoop:hadoop-azure:";

  /** The artifacts that have the file systems; those that end in a colon have Hadoop's version. */
  private static final Map<String, String> ARTIFACTS =
      Map.ofEntries(
          Map.entry("s3a", AWS),
          Map.entry("s3", AWS),
          Map.entry("s3n", AWS),
          Map.entry("abfs", AZURE),
          Map.entry("abfss", AZURE),
          Map.entry("wasb", AZURE),
          Map.entry("wasbs", AZURE),
          Map.entry("adl", "org.apache.hadoop:hadoop-azure-datalake:"),
          Map.entry("oss", "org.apache.hadoop:hadoop-aliyun:"),
          Map.entry("cosn", "org.apache.hadoop:hadoop-cos:"),
          Map.entry("obs", "org.apache.hadoop:hadoop-huaweicloud:"),
          Map.entry("gs", "com.google.cloud.bigdataoss:gcs-connector"));

  private FileSystems() {}

  /**
   * The file system of a path, without the checksum files that Hadoop else keeps next to local
   * files.
   *
   * @throws IOException if it cannot be opened; names the jar if its classes are missing
   */
  static FileSystem of(Path path, Configuration hadoop) throws IOException {
    try {
      FileSystem fileSystem = path.getFileSystem(hadoop);
      return fileSystem instanceof LocalFileSystem local ? local.getRaw() : fileSystem;
    } catch (IOException | RuntimeException | LinkageError e) {
      Optional<IOException> missing = missing(path, e);
      if (missing.isPresent()) {
        throw missing.get();
      }
      throw e;
    }
  }

  /** A failure as one that names the jar to add, if classes are missing. */
  static Optional<IOException> missing(Path path, Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
        .limit(50)
        .filter(FileSystems::isMissingClass)
        .findFirst()
        .map(cause -> new IOException(message(path, cause), cause));
  }

  private static boolean isMissingClass(Throwable failure) {
    return failure instanceof ClassNotFoundException
        || failure instanceof NoClassDefFoundError
        || failure instanceof UnsupportedFileSystemException;
  }

  private static String message(Path path, Throwable cause) {
    String scheme = String.valueOf(path.toUri().getScheme()).toLowerCase(Locale.ROOT);
    String artifact = ARTIFACTS.get(scheme);
    String jar =
        artifact == null
            ? "the jar that has the file system"
            : artifact.endsWith(":") ? artifact + VersionInfo.getVersion() : artifact;
    String other =
        scheme.equals("s3") || scheme.equals("s3n") ? ", and write s3a: for " + scheme + ":" : "";
    return "classes of the file system %s: are missing (%s). Add %s with what it depends on to spark.jars.packages, or to the jars of Spark on every node%s"
        .formatted(scheme, cause, jar, other);
  }
}
