package io.lofn.runtime.embedded;

/** The contract in a JVM of an ordinary user, which {@link EmbeddedUserRuntimeIT} starts. */
class ContractOfUser extends EmbeddedContract {

  static final String PARENT = "lofn.test.cgroup.parent";

  @Override
  String cgroupParent() {
    return System.getProperty(PARENT, "");
  }
}
