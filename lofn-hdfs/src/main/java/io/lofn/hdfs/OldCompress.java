package io.lofn.hdfs;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns where the class path has a commons-compress that a small tar file can keep at work for
 * hours (CVE-2023-42503). Next to Spark 3.5 its own wins, unless lofn comes as its bundle.
 */
final class OldCompress {

  private static final Logger LOG = LoggerFactory.getLogger(OldCompress.class);
  private static final Pattern VERSION = Pattern.compile("1\\.(\\d{1,4})\\b.*");
  private static final int FIRST_GOOD = 24;
  private static final AtomicBoolean WARNED = new AtomicBoolean();

  private OldCompress() {}

  static void warn() {
    Class<?> library = TarArchiveInputStream.class;
    boolean ofBundle = library.getName().startsWith("io.lofn."); // whose version is lofn's
    String version = library.getPackage().getImplementationVersion();
    if (!ofBundle && isOld(version) && WARNED.compareAndSet(false, true)) {
      LOG.warn(
          "commons-compress {} of the class path can be kept at work for hours by a small tar file (CVE-2023-42503); unpack only archives that you trust, or take lofn-bundle, which has its own",
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
