package io.lofn.core.runtime;

import static java.util.stream.Collectors.joining;

import io.lofn.api.LofnException;
import io.lofn.api.Printable;
import io.lofn.api.RuntimeUnavailableException;
import io.lofn.core.config.HadoopProperties;
import io.lofn.core.config.LofnConfig;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerRuntimeProvider;
import io.lofn.spi.RuntimeConfig;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses this node's container runtime by {@code spark.lofn.runtime}, and logs the reason. */
public final class RuntimeSelector {

  private static final Logger LOG = LoggerFactory.getLogger(RuntimeSelector.class);
  static final String AUTO = "auto";

  private final LofnConfig conf;
  private final HadoopProperties hadoop;
  private final RuntimeProviders known;
  private final Map<String, ContainerRuntimeProvider> providers;
  private final List<String> broken;

  @Inject
  RuntimeSelector(LofnConfig conf, RuntimeProviders providers, HadoopProperties hadoop) {
    this.conf = conf;
    this.hadoop = hadoop;
    this.known = providers;
    this.providers = providers.byName();
    this.broken = providers.broken();
  }

  /** For sessions without Hadoop properties. */
  public RuntimeSelector(LofnConfig conf, RuntimeProviders providers) {
    this(conf, providers, new HadoopProperties(Map.of()));
  }

  /**
   * Returns the runtime that this node is to use now.
   *
   * @throws RuntimeUnavailableException if none is usable; names each that was found, with its
   *     reason
   */
  Choice choose() {
    List<String> wanted = conf.get(LofnConfig.RUNTIME);
    boolean auto = wanted.equals(List.of(AUTO));
    Map<String, String> rejected = new LinkedHashMap<>();
    ContainerRuntimeProvider chosen =
        auto ? best(rejected) : first(wanted.stream().map(this::named).toList(), rejected);
    LOG.info(
        "Container runtime {} chosen by {}={}{}",
        chosen.name(),
        LofnConfig.RUNTIME.name(),
        String.join(",", wanted),
        rejected.isEmpty() ? "" : "; passed over: " + Printable.line(describe(rejected)));
    return new Choice(chosen, rejected);
  }

  /**
   * A runtime that was chosen.
   *
   * @param passedOver those that come before it, each with the reason why it was not taken
   */
  record Choice(ContainerRuntimeProvider provider, Map<String, String> passedOver) {}

  /** Creates the runtime of a chosen provider. */
  SelectedRuntime create(ContainerRuntimeProvider chosen) {
    ContainerRuntime runtime = chosen.create(config(chosen));
    LOG.info("Container runtime {} is {}", chosen.name(), runtime.engine());
    return new SelectedRuntime(chosen.name(), runtime);
  }

  private ContainerRuntimeProvider first(
      List<ContainerRuntimeProvider> candidates, Map<String, String> rejected) {
    return candidates.stream()
        .filter(candidate -> usable(candidate, rejected))
        .findFirst()
        .orElseThrow(() -> none(rejected));
  }

  private ContainerRuntimeProvider best(Map<String, String> rejected) {
    List<ContainerRuntimeProvider> ranked = new ArrayList<>();
    for (ContainerRuntimeProvider provider : providers.values()) {
      if (provider.priority() == ContainerRuntimeProvider.NAMED_ONLY) {
        rejected.put(provider.name(), "used only where " + LofnConfig.RUNTIME.name() + " names it");
      } else {
        ranked.add(provider);
      }
    }
    ranked.sort(Comparator.comparing(ContainerRuntimeProvider::priority).reversed());
    ContainerRuntimeProvider best = first(ranked, rejected);
    List<ContainerRuntimeProvider> rest = ranked.subList(ranked.indexOf(best) + 1, ranked.size());
    for (ContainerRuntimeProvider other : rest) {
      if (other.priority() == best.priority() && usable(other, rejected)) {
        throw new LofnException(
            "The container runtimes %s and %s are both usable and have the same priority %d; set %s to one of them"
                .formatted(best.name(), other.name(), best.priority(), LofnConfig.RUNTIME.name()));
      }
    }
    return best;
  }

  private boolean usable(ContainerRuntimeProvider provider, Map<String, String> rejected) {
    Optional<String> reason;
    try {
      reason = provider.unavailableReason(config(provider));
    } catch (RuntimeException | LinkageError e) {
      reason = Optional.of("its probe failed: " + e);
    }
    reason.ifPresent(text -> rejected.put(provider.name(), text));
    return reason.isEmpty();
  }

  private ContainerRuntimeProvider named(String name) {
    ContainerRuntimeProvider provider = providers.get(name);
    if (provider == null) {
      throw new RuntimeUnavailableException(
          "%s names '%s', which no jar on this node provides%s; correct the name, or add its jar by --jars%s"
              .formatted(LofnConfig.RUNTIME.name(), name, known.hint(name), brokenLines()));
    }
    return provider;
  }

  private RuntimeUnavailableException none(Map<String, String> rejected) {
    if (providers.isEmpty()) {
      return new RuntimeUnavailableException(
          "No container runtime is on the class path; add a jar such as lofn-runtime-docker"
              + brokenLines());
    }
    String reasons =
        rejected.entrySet().stream()
            .map(entry -> "%n  %s: %s".formatted(entry.getKey(), entry.getValue()))
            .collect(joining());
    return new RuntimeUnavailableException(
        "No container runtime is usable on this node (%s=%s):%s%s%nStart or install one of these engines on every node, or mend what keeps one that needs no engine, or let %s name another."
            .formatted(
                LofnConfig.RUNTIME.name(),
                String.join(",", conf.get(LofnConfig.RUNTIME)),
                reasons,
                brokenLines(),
                LofnConfig.RUNTIME.name()));
  }

  private String brokenLines() {
    return broken.stream().map("%n  could not be loaded: %s"::formatted).collect(joining());
  }

  private static String describe(Map<String, String> rejected) {
    return rejected.entrySet().stream()
        .map(entry -> entry.getKey() + " (" + entry.getValue() + ")")
        .collect(joining(", "));
  }

  private RuntimeConfig config(ContainerRuntimeProvider provider) {
    return conf.runtimeConfig(provider.name()).hadoop(hadoop.values());
  }
}
