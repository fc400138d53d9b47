package io.lofn.hdfs;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests for which versions of the library lofn warns. */
class OldCompressTest {

  @ParameterizedTest
  @ValueSource(strings = {"1.2", "1.22", "1.23.0", "1.23"})
  void oldOnesAreTold(String version) {
    assertThat(OldCompress.isOld(version)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.24.0", "1.28.0", "2.0", "1.24", "1.100", "unknown", ""})
  void othersAreNot(String version) {
    assertThat(OldCompress.isOld(version)).isFalse();
    assertThat(OldCompress.isOld(null)).isFalse();
  }

  /** The version that lofn is built with, and that its bundle contains. */
  @ParameterizedTest
  @ValueSource(classes = TarArchiveInputStream.class)
  void lofnsOwnIsNot(Class<?> library) {
    assertThat(library.getPackage().getImplementationVersion())
        .isNotNull()
        .satisfies(version -> assertThat(OldCompress.isOld(version)).isFalse());
  }
}
