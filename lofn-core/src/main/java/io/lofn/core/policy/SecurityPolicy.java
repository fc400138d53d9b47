package io.lofn.core.policy;

import io.lofn.api.ContainerSettings;
import io.lofn.api.LofnException;
import io.lofn.api.Tool;
import io.lofn.api.Volume;
import io.lofn.core.config.ConfigKey;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.node.ProcessUser;
import io.lofn.core.runtime.SelectedRuntime;
import io.lofn.core.shell.CommandStart;
import io.lofn.spi.ContainerSpec;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Refuses settings that would give a tool control of the node, unless {@code spark.lofn.allow.*}
 * allows them. Refuses everything that is not known to be harmless.
 */
public final class SecurityPolicy {

  private static final String NAME = "[a-zA-Z0-9][a-zA-Z0-9_.-]*";

  /** A network that an engine makes for the container, or has made before. */
  private static final Pattern NETWORK = Pattern.compile("(?!host$)" + NAME);

  /** Existing namespaces. More text than this, such as a comma, may carry other settings. */
  private static final String EXISTING = "host|container:" + NAME + "|ns:/[a-zA-Z0-9_./-]+";

  private static final Pattern NAMESPACE = Pattern.compile(EXISTING);
  private static final Pattern NAMESPACE_OPTION =
      Pattern.compile(
          "--(net|network|pid|ipc|uts|userns|cgroupns)=(" + NAME + "|" + EXISTING + ")");

  /** One argument: a second one could be taken for the image. */
  private static final Pattern LONG_OPTION =
      Pattern.compile("--[a-z0-9][a-z0-9-]*(=.*)?", Pattern.DOTALL);

  /** Capabilities that docker leaves to a container by default. */
  private static final Set<String> USUAL_CAPABILITIES =
      Set.of(
          "AUDIT_WRITE",
          "CHOWN",
          "DAC_OVERRIDE",
          "FOWNER",
          "FSETID",
          "KILL",
          "MKNOD",
          "NET_BIND_SERVICE",
          "NET_RAW",
          "SETFCAP",
          "SETGID",
          "SETPCAP",
          "SETUID",
          "SYS_CHROOT");

  /** Capabilities with which a tool cannot write a file that its user may not write. */
  private static final Set<String> CAPABILITIES_WITHOUT_FILES =
      Set.of("AUDIT_WRITE", "KILL", "NET_BIND_SERVICE", "NET_RAW", "SYS_CHROOT");

  /** The prefix of labels that control nerdctl. */
  private static final String ORDERS = "nerdctl/";

  private final LofnConfig conf;

  @Inject
  public SecurityPolicy(LofnConfig conf) {
    this.conf = conf;
  }

  /**
   * Checks a tool, as far as possible without knowing its runtime.
   *
   * @throws LofnException if it asks for something that is not allowed; names the key that would
   *     allow it
   */
  public void check(Tool<?, ?> tool) {
    CommandStart.check(tool);
    ContainerSettings settings = tool.settings();
    checkNetwork(tool, settings.network());
    settings.capabilities().forEach(capability -> checkCapability(tool, capability));
    for (String label : settings.labels().keySet()) {
      if (label.startsWith(ORDERS)) {
        require(LofnConfig.ALLOW_PRIVILEGED, tool, "the label " + label);
      }
    }
    for (String option : settings.engineOptions()) {
      if (NAMESPACE_OPTION.matcher(option).matches()) {
        require(LofnConfig.ALLOW_HOST_NAMESPACES, tool, "the engine option " + option);
      } else if (!LONG_OPTION.matcher(option).matches()) {
        require(
            LofnConfig.ALLOW_PRIVILEGED,
            tool,
            "'%s' as an engine option, which is neither --name nor --name=value,"
                .formatted(option));
      }
    }
    tool.volumes().forEach(volume -> checkTarget(tool, volume));
  }

  /**
   * Checks the devices of a container.
   *
   * @throws LofnException if it has any, and that is not allowed
   */
  public void checkDevices(Tool<?, ?> tool, ContainerSpec spec) {
    spec.devices()
        .forEach(each -> require(LofnConfig.ALLOW_PRIVILEGED, tool, "the device " + each));
  }

  /**
   * Checks a tool on the node that runs it.
   *
   * @param runtime the runtime that runs it
   * @throws LofnException if it asks for something that is not allowed; names the key that would
   *     allow it
   */
  public void check(Tool<?, ?> tool, SelectedRuntime runtime) {
    for (String option : tool.settings().engineOptions()) {
      if (!NAMESPACE_OPTION.matcher(option).matches() && !runtime.runtime().isHarmless(option)) {
        // Without the value, which may be a secret.
        require(
            LofnConfig.ALLOW_PRIVILEGED,
            tool,
            "the engine option %s, which is not among the options that are known to be harmless for %s (see Tool.engineOptions in docs/tools.md),"
                .formatted(option.replaceFirst("(?s)=.*", "=..."), runtime.name()));
      }
    }
    checkWriter(tool);
  }

  private void checkNetwork(Tool<?, ?> tool, String network) {
    if (NETWORK.matcher(network).matches()) {
      return;
    }
    boolean namespace = NAMESPACE.matcher(network).matches();
    require(
        namespace ? LofnConfig.ALLOW_HOST_NAMESPACES : LofnConfig.ALLOW_PRIVILEGED,
        tool,
        "the network '%s'%s,".formatted(network, namespace ? "" : ", which is not a plain name"));
  }

  private void checkCapability(Tool<?, ?> tool, String capability) {
    if (!USUAL_CAPABILITIES.contains(plain(capability))) {
      require(
          LofnConfig.ALLOW_PRIVILEGED,
          tool,
          "the capability %s, which containers do not have by default,".formatted(capability));
    }
  }

  private static String plain(String capability) {
    return capability.toUpperCase(Locale.ROOT).replaceFirst("^CAP_", "");
  }

  /**
   * Checks the user of a tool that writes to a volume. Another user would leave its own files on
   * the node, set-user-id programs among them.
   */
  private void checkWriter(Tool<?, ?> tool) {
    Optional<Volume> written =
        tool.volumes().stream().filter(volume -> !volume.isReadOnly()).findFirst();
    if (written.isEmpty()) {
      return;
    }
    ContainerSettings settings = tool.settings();
    // With the group: another group may have files that the executor may not write.
    String executor = ProcessUser.current().toString();
    Optional<String> other = settings.user().filter(user -> !user.equals(executor));
    if (other.isPresent()) {
      require(
          LofnConfig.ALLOW_PRIVILEGED,
          tool,
          "the read-write volume %s with the user '%s', which is not the executor's user %s,"
              .formatted(written.get(), other.get(), executor));
    }
    for (String capability : settings.capabilities()) {
      if (!CAPABILITIES_WITHOUT_FILES.contains(plain(capability))) {
        require(
            LofnConfig.ALLOW_PRIVILEGED,
            tool,
            "the read-write volume %s with the capability %s,"
                .formatted(written.get(), capability));
      }
    }
  }

  /** Checks the path that the data of a volume has on this node. */
  public void checkSource(Tool<?, ?> tool, Path source) {
    if (Files.exists(source)
        && !Files.isRegularFile(source)
        && !Files.isDirectory(source, LinkOption.NOFOLLOW_LINKS)
        && !Files.isDirectory(source)) {
      require(
          LofnConfig.ALLOW_ENGINE_SOCKET,
          tool,
          "the volume " + source + ", which is neither a file nor a directory,");
    }
  }

  private void checkTarget(Tool<?, ?> tool, Volume volume) {
    String exchange = conf.get(LofnConfig.EXCHANGE_PATH);
    String target = volume.target();
    if ((target + "/").startsWith(exchange + "/") || (exchange + "/").startsWith(target + "/")) {
      throw new LofnException(
          "%s: the volume %s would hide the exchange at %s; give it another target or set %s"
              .formatted(tool.image(), volume, exchange, LofnConfig.EXCHANGE_PATH.name()));
    }
  }

  private void require(ConfigKey<Boolean> key, Tool<?, ?> tool, String what) {
    if (!conf.get(key)) {
      throw new LofnException(
          "%s asks for %s which is refused; %s=true allows it"
              .formatted(tool.image(), what, key.name()));
    }
  }
}
