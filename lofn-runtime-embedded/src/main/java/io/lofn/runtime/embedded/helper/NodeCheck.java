package io.lofn.runtime.embedded.helper;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lofn.api.EngineException;
import java.util.Optional;

/**
 * What {@code lofn-run --check} found on this node.
 *
 * @param kernel the kernel's release
 * @param overlay whether an overlay can be mounted
 * @param reason the first obstacle, as a word for programs; empty if there is none
 */
public record NodeCheck(String kernel, boolean overlay, String reason) {

  private static final JsonMapper JSON = new JsonMapper();
  private static final String NO_OVERLAY = "no-overlay";

  /** The first kernel that counts processes of a user for each user namespace. */
  private static final int[] PROCESSES_OF_NAMESPACE = {5, 14};

  /** The first kernel with mount_setattr. */
  private static final int[] RECURSIVE_OPTIONS = {5, 12};

  /**
   * Reads the program's answer.
   *
   * @param line one line of JSON
   * @return what it says
   * @throws EngineException if it is not such a line
   */
  public static NodeCheck parse(String line) {
    try {
      JsonNode json = JSON.readTree(line);
      if (json == null || !json.path("version").isInt()) {
        throw new EngineException("lofn-run --check wrote no answer, but '" + line.strip() + "'");
      }
      return new NodeCheck(
          json.path("kernel").asText(""),
          json.path("overlay").asBoolean(false),
          json.path("reason").asText(""));
    } catch (JsonProcessingException e) {
      throw new EngineException("lofn-run --check wrote no answer, but '" + line.strip() + "'", e);
    }
  }

  /**
   * Returns whether a limit of a user's processes counts only those of the container's user
   * namespace.
   *
   * @return whether the kernel is new enough
   */
  public boolean countsProcessesOfNamespace() {
    return isAtLeast(PROCESSES_OF_NAMESPACE);
  }

  /**
   * Returns whether the options of file systems below a mount can be set. Without, lofn-run leaves
   * them out as root, and keeps their options as an ordinary user.
   *
   * @return whether the kernel is new enough
   */
  public boolean mountsBelowVolumes() {
    return isAtLeast(RECURSIVE_OPTIONS);
  }

  private boolean isAtLeast(int[] version) {
    String[] parts = kernel.split("[^0-9]+", -1);
    int major = parts.length > 0 ? number(parts[0]) : 0;
    int minor = parts.length > 1 ? number(parts[1]) : 0;
    return major > version[0] || (major == version[0] && minor >= version[1]);
  }

  private static int number(String text) {
    return text.isEmpty() || text.length() > 6 ? 0 : Integer.parseInt(text);
  }

  /**
   * Says why no container can be run here.
   *
   * @param program the path of the program, which a profile of AppArmor names
   * @return the reason and what to do; empty if containers can be run
   */
  public Optional<String> obstacle(String program) {
    if (reason.isEmpty() || reason.equals(NO_OVERLAY)) {
      return Optional.empty();
    }
    if (reason.startsWith("userns-disabled-sysctl:")) {
      return Optional.of(userNamespacesOff(reason.substring("userns-disabled-sysctl:".length())));
    }
    return Optional.of(
        switch (reason) {
          case "userns-apparmor" -> appArmor(program);
          case "userns-seccomp-or-lsm" ->
              "the kernel refuses new namespaces to this process, and no sysctl forbids them; inside a container, the"
                  + " seccomp profile of the outer container does: start that one with --security-opt seccomp=unconfined and --security-opt"
                  + " systempaths=unconfined (docker), or with seccompProfile: {type: Unconfined} and procMount: Unmasked"
                  + " (Kubernetes)";
          case "proc-masked" ->
              "the kernel refuses to mount /proc for a container, because parts of this process's own /proc are hidden; inside a"
                  + " container, start that one with --security-opt systempaths=unconfined (docker), or with procMount: Unmasked"
                  + " and hostUsers: false (Kubernetes)";
          case "userns-root-without-setfcap" ->
              "root without capabilities cannot have a user namespace that runs tools (CAP_SETFCAP is missing); run the"
                  + " executor as an ordinary user";
          case "no-memfd-exec" ->
              "lofn-run cannot execute a copy of itself in memory; set the sysctl vm.memfd_noexec to 0 or 1";
          case "kernel-too-old" ->
              "the kernel %s is too old: it needs Linux 5.6 or newer".formatted(kernel);
          default ->
              "lofn-run --check reports '%s' on the kernel %s; run %s --check there for details"
                  .formatted(reason, kernel, program);
        });
  }

  private static String userNamespacesOff(String sysctl) {
    String value =
        switch (sysctl) {
          case "kernel.unprivileged_userns_clone" -> "1";
          case "user.max_user_namespaces" -> "15000";
          default -> "a value that permits user namespaces";
        };
    return "user namespaces are switched off for ordinary users; as root, set the sysctl %s to %s on every node, or run the executors as root"
        .formatted(sysctl, value);
  }

  private static String appArmor(String program) {
    return "AppArmor restricts user namespaces on this node; as root, write the following lines to /etc/apparmor.d/lofn-run and load"
        + " them with apparmor_parser -r /etc/apparmor.d/lofn-run:\nabi <abi/4.0>,\ninclude <tunables/global>\nprofile lofn-run "
        + program.replaceAll("[0-9a-f]{16}$", "*")
        + " flags=(unconfined) {\n  userns,\n}";
  }
}
