package org.example.bubblewrap;

import io.lofn.api.ContainerSettings;
import io.lofn.api.EngineException;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a spec may ask for that a sandbox would get wrong if it went on without. */
final class Requests {

  /** The network of the node. */
  static final String HOST_NETWORK = "host";

  private Requests() {}

  static void refuseWhatCannotBeLeftOut(ContainerSpec spec) {
    ContainerSettings settings = spec.settings();
    String network = settings.network();
    refuseIf(
        !network.equals(ContainerSettings.NO_NETWORK) && !network.equals(HOST_NETWORK),
        "the network " + network + ": it has none, and host");
    refuseIf(!settings.engineOptions().isEmpty(), "the options " + settings.engineOptions());
    refuseIf(!settings.capabilities().isEmpty(), "the capabilities " + settings.capabilities());
    refuseIf(settings.newPrivileges(), "new privileges");
    refuseIf(!spec.devices().isEmpty(), "the devices " + spec.devices());
    settings.user().ifPresent(Requests::refuseOtherUser);
    for (Mount mount : spec.mounts()) {
      refuseIf(!Files.exists(mount.source()), "a mount of " + mount.source() + ": it is not there");
    }
  }

  private static void refuseOtherUser(String user) {
    try {
      // A JVM cannot ask who runs it, but its own process is a file that has an owner.
      Path self = Path.of("/proc/self");
      String uid = Files.getAttribute(self, "unix:uid").toString();
      String both = uid + ":" + Files.getAttribute(self, "unix:gid");
      refuseIf(!user.equals(uid) && !user.equals(both), "another user than " + both + ": " + user);
    } catch (IOException e) {
      throw new EngineException("Cannot tell the user of this process", e);
    }
  }

  private static void refuseIf(boolean refused, String what) {
    if (refused) {
      throw new EngineException("bubblewrap cannot do " + what);
    }
  }
}
