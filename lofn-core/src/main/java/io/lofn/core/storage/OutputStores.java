package io.lofn.core.storage;

import io.lofn.api.LofnException;
import io.lofn.core.runtime.Services;
import io.lofn.spi.OutputStore;
import io.lofn.spi.OutputStoreProvider;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The stores of binary outputs of this JVM: one for each set of Hadoop properties. */
public final class OutputStores {

  private final Services<OutputStoreProvider> discovered;
  private final Map<Map<String, String>, OutputStore> stores = new ConcurrentHashMap<>();

  @Inject
  public OutputStores(Services<OutputStoreProvider> discovered) {
    this.discovered = discovered;
  }

  public static OutputStores discover() {
    return new OutputStores(Services.discover(OutputStoreProvider.class));
  }

  public OutputStore store(Map<String, String> hadoop) {
    return stores.computeIfAbsent(hadoop, properties -> provider().create(properties));
  }

  private OutputStoreProvider provider() {
    List<OutputStoreProvider> found = discovered.found();
    if (found.isEmpty()) {
      throw new LofnException(
          "The class path has no store for binary outputs; add the jar lofn-hdfs"
              + (discovered.broken().isEmpty() ? "" : "; not loaded: " + discovered.broken()));
    }
    if (found.size() > 1) {
      throw new LofnException(
          "Two jars have a store for binary outputs: %s and %s; remove one of them"
              .formatted(found.get(0).getClass().getName(), found.get(1).getClass().getName()));
    }
    return found.get(0);
  }
}
