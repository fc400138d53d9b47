package io.lofn.spark;

import io.lofn.api.LofnException;
import io.lofn.api.Tool;
import io.lofn.api.Volume;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Refuses what would hand the node to a tool unless {@code spark.lofn.allow.*} says so. Engine
 * options are matched by name, so the list is what is known to be dangerous, not a proof.
 */
final class SafetyGate {

  private static final Pattern HOST_NETWORK = Pattern.compile("host|container:.*|ns:.*");
  private static final Pattern NAMESPACE_OPTION =
      Pattern.compile("--(net|network|pid|ipc|uts|userns|cgroupns)(=.*)?");
  private static final Pattern PRIVILEGE_OPTION =
      Pattern.compile(
          "-v.*|--(privileged|volume|volumes-from|mount|device|device-cgroup-rule|cap-add"
              + "|security-opt|group-add|cgroup-parent|runtime|rootfs|annotation|hooks-dir)(=.*)?");

  private final LofnConf conf;

  @Inject
  SafetyGate(LofnConf conf) {
    this.conf = conf;
  }

  /**
   * Checks a tool.
   *
   * @throws LofnException if it asks for what is not allowed; names the key that would allow it
   */
  void check(Tool<?, ?> tool) {
    CommandStart.check(tool);
    String network = tool.settings().network();
    if (HOST_NETWORK.matcher(network).matches()) {
      require(LofnConf.ALLOW_HOST_NAMESPACES, tool, "the network '" + network + "'");
    }
    List<String> options = tool.settings().engineOptions();
    for (String option : options) {
      if (NAMESPACE_OPTION.matcher(option).matches()) {
        require(LofnConf.ALLOW_HOST_NAMESPACES, tool, "the engine option " + option);
      }
      if (PRIVILEGE_OPTION.matcher(option).matches()) {
        require(LofnConf.ALLOW_PRIVILEGED, tool, "the engine option " + option);
      }
    }
    tool.volumes().forEach(volume -> checkTarget(tool, volume));
  }

  /** Checks where the data of a volume turned out to be on this node. */
  void checkSource(Tool<?, ?> tool, Path source) {
    if (Files.exists(source)
        && !Files.isRegularFile(source)
        && !Files.isDirectory(source, LinkOption.NOFOLLOW_LINKS)
        && !Files.isDirectory(source)) {
      require(
          LofnConf.ALLOW_ENGINE_SOCKET,
          tool,
          "the volume " + source + ", which is neither a file nor a directory,");
    }
  }

  private void checkTarget(Tool<?, ?> tool, Volume volume) {
    String exchange = conf.get(LofnConf.EXCHANGE_PATH);
    String target = volume.target();
    if ((target + "/").startsWith(exchange + "/") || (exchange + "/").startsWith(target + "/")) {
      throw new LofnException(
          "%s: the volume %s would hide the exchange at %s; give it another target or set %s"
              .formatted(tool.image(), volume, exchange, LofnConf.EXCHANGE_PATH.name()));
    }
  }

  private void require(ConfigKey<Boolean> key, Tool<?, ?> tool, String what) {
    if (!conf.get(key)) {
      throw new LofnException(
          "%s asks for %s which is refused; %s=true would allow it"
              .formatted(tool.image(), what, key.name()));
    }
  }
}
