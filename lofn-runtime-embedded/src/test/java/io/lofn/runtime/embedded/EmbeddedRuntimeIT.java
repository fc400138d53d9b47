package io.lofn.runtime.embedded;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;

/** As the user of this JVM, with control groups if it may make some. */
class EmbeddedRuntimeIT extends EmbeddedContract {

  private final CgroupParent parent = CgroupParent.make();

  @Override
  String cgroupParent() {
    return parent.path().isEmpty() ? OtherJvm.NO_CGROUPS : parent.path();
  }

  @AfterAll
  void removeParent() throws IOException {
    parent.close();
  }
}
