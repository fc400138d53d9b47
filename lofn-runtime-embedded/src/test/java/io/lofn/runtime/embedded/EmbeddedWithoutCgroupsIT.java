package io.lofn.runtime.embedded;

/** As the user of this JVM, where no control group can be had. */
class EmbeddedWithoutCgroupsIT extends EmbeddedContract {

  @Override
  String cgroupParent() {
    return OtherJvm.NO_CGROUPS;
  }
}
