package io.lofn.hdfs;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns if the class path has a version of commons-compress in which a small tar file can cause
 * hours of CPU time (CVE-2023-42503). Spark 3.5's version takes precedence over lofn's, except with
 * lofn-bundle.
 */
final class OldCompress {

  private static final Logger LOG = LoggerFactory.getLogger(OldCompress.class);
  private static final Pattern VERSION = Pattern.compile("1\\.(\\d{1,4})\\b.*");
  private static final int FIRST_GOOD = 24;
  private static final AtomicBoolean WARNED = new AtomicBoolean();

  private OldCompress() {}

  static void warn() {
    Class<?> library = TarArchiveInputStream.class;
    boolean ofBundle = library.getName().startsWith("io.lofn."); // lofn's own version
    String version = library.getPackage().getImplementationVersion();
    if (!ofBundle && isOld(version) && WARNED.compareAndSet(false, true)) {
      LOG.warn(
          "In commons-compress {} of the class path a small tar file can cause hours of CPU time"
              + " (CVE-2023-42503); unpack only archives that you trust, or use lofn-bundle, which"
              + " contains a newer version",
          version);
    }
  }

  static boolean isOld(@Nullable String version) {
    if (version == null) {
      return false;
    }
    Matcher known = VERSION.matcher(version);
    return known.matches() && Integer.parseInt(known.group(1)) < FIRST_GOOD;
  }
}
