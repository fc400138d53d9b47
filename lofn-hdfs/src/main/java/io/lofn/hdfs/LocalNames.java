package io.lofn.hdfs;

import java.io.File;
import java.io.IOException;
import java.nio.charset.Charset;
import org.apache.hadoop.fs.Path;

/**
 * Checks names on local file systems. Hadoop passes them to {@link File}, which replaces characters
 * that the JVM's locale does not contain, and skips files that it then does not find.
 */
final class LocalNames {

  private final Charset encoding;

  LocalNames(Charset encoding) {
    this.encoding = encoding;
  }

  static LocalNames ofThisJvm() {
    return new LocalNames(Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8")));
  }

  /** Checks that a new file will have exactly this name. */
  void requireWritable(Path path) throws IOException {
    if (!encoding.newEncoder().canEncode(path.toUri().getPath())) {
      throw lost(path.toString());
    }
  }

  /** Checks that a listing of a directory, if it exists, will be complete. */
  void requireReadable(Path directory) throws IOException {
    File local = new File(directory.toUri().getPath());
    String[] names = local.list();
    for (String name : names == null ? new String[0] : names) {
      if (name.indexOf('\uFFFD') >= 0 && !new File(local, name).exists()) {
        throw lost(local + "/" + name);
      }
    }
  }

  private IOException lost(String name) {
    return new IOException(
        "The locale of this JVM (sun.jnu.encoding=%s) cannot encode the file name %s; set spark.executorEnv.LC_ALL=C.UTF-8, and LC_ALL=C.UTF-8 for the driver"
            .formatted(encoding, name));
  }
}
