package org.example.bubblewrap;

import io.lofn.api.ContainerSettings;
import io.lofn.api.EngineException;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Refuses settings of a spec that a sandbox does not support and must not ignore. */
final class Requests {

  /** The network of the node. */
  static final String HOST_NETWORK = "host";

  private Requests() {}

  static void refuseWhatCannotBeLeftOut(ContainerSpec spec) {
    ContainerSettings settings = spec.settings();
    String network = settings.network();
    refuseIf(
        !network.equals(ContainerSettings.NO_NETWORK) && !network.equals(HOST_NETWORK),
        "the network " + network + " (only 'none' and 'host')");
    refuseIf(!settings.engineOptions().isEmpty(), "the options " + settings.engineOptions());
    refuseIf(!settings.capabilities().isEmpty(), "the capabilities " + settings.capabilities());
    refuseIf(settings.newPrivileges(), "new privileges");
    refuseIf(!spec.devices().isEmpty(), "the devices " + spec.devices());
    settings.user().ifPresent(Requests::refuseOtherUser);
    for (Mount mount : spec.mounts()) {
      refuseIf(
          !Files.exists(mount.source()), "a mount of " + mount.source() + ", which does not exist");
    }
  }

  private static void refuseOtherUser(String user) {
    try {
      // A JVM cannot ask for its user id, but the file of its process has an owner.
      Path self = Path.of("/proc/self");
      String uid = Files.getAttribute(self, "unix:uid").toString();
      String both = uid + ":" + Files.getAttribute(self, "unix:gid");
      refuseIf(
          !user.equals(uid) && !user.equals(both), "the user " + user + " (only " + both + ")");
    } catch (IOException e) {
      throw new EngineException("Could not find the user of this process", e);
    }
  }

  private static void refuseIf(boolean refused, String what) {
    if (refused) {
      throw new EngineException("The runtime 'bubblewrap' does not support " + what);
    }
  }
}
