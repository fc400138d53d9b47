package io.lofn.api;

/** The names of the settings of layouts in tool documents. */
final class LayoutKeys {

  static final String RECORDS = "records";
  static final String FILE = "file";
  static final String FILES = "files";
  static final String DIRECTORY = "directory";
  static final String DELIMITER = "delimiter";
  static final String CHARSET = "charset";
  static final String REPLACING = "replacing";
  static final String GZIP = "gzip";
  static final String MULTI_LINE = "multiLine";
  static final String OR_NONE = "orNone";
  static final String SKIP = "skip";
  static final String OUTPUTS = "outputs";
  static final String PREFIX = "prefix";
  static final String SUFFIX = "suffix";

  private LayoutKeys() {}
}
