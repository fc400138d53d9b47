package io.lofn.core.runtime;

import io.lofn.api.LofnException;
import io.lofn.api.NearestName;
import io.lofn.core.config.LofnConfig;
import io.lofn.spi.ContainerRuntimeProvider;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The runtime providers of this JVM.
 *
 * @param byName the providers by their names
 * @param broken the messages of those that could not be loaded
 */
public record RuntimeProviders(Map<String, ContainerRuntimeProvider> byName, List<String> broken) {

  public static RuntimeProviders discover() {
    Services<ContainerRuntimeProvider> discovered =
        Services.discover(ContainerRuntimeProvider.class);
    return of(discovered.found(), discovered.broken());
  }

  public static RuntimeProviders of(List<ContainerRuntimeProvider> found, List<String> broken) {
    Map<String, ContainerRuntimeProvider> byName = new TreeMap<>();
    for (ContainerRuntimeProvider provider : found) {
      ContainerRuntimeProvider other = byName.putIfAbsent(provider.name(), provider);
      if (other != null) {
        throw new LofnException(
            "Two container runtimes are named '%s': %s and %s; remove one of their jars"
                .formatted(
                    provider.name(), other.getClass().getName(), provider.getClass().getName()));
      }
    }
    return new RuntimeProviders(byName, List.copyOf(broken));
  }

  /**
   * What to warn of on a driver: names that {@code spark.lofn.runtime} has and no provider here.
   * The jar of one may be on the executors only.
   */
  public List<String> warnings(LofnConfig conf) {
    return conf.get(LofnConfig.RUNTIME).stream()
        .filter(name -> !name.equals(RuntimeSelector.AUTO) && !byName.containsKey(name))
        .map(
            name ->
                "%s names '%s', which no jar on the driver provides%s. Tasks will fail unless a jar on the executors does"
                    .formatted(LofnConfig.RUNTIME.name(), name, hint(name)))
        .toList();
  }

  /** What somebody who wrote an unknown name may have meant. */
  String hint(String name) {
    return byName.isEmpty()
        ? ""
        : " (did you mean %s? known are %s)"
            .formatted(NearestName.to(name, byName.keySet()), String.join(", ", byName.keySet()));
  }
}
