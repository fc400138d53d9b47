package io.lofn.testkit;

import static java.util.Map.entry;

import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.RuntimeConfig;
import java.util.Map;

class LocalProcessRuntimeTest extends ContainerRuntimeContract {

  @Override
  protected ContainerRuntime createRuntime() {
    return new LocalProcessRuntimeProvider().create(RuntimeConfig.of(Map.of()));
  }

  @Override
  protected Map<Ability, Lack> lacks() {
    return Map.ofEntries(
        entry(Ability.FILE_ISOLATION, Lack.IGNORED),
        entry(Ability.NETWORK_ISOLATION, Lack.IGNORED),
        entry(Ability.PRIVILEGES, Lack.IGNORED),
        entry(Ability.USERS, Lack.REFUSED),
        entry(Ability.LIMITS, Lack.IGNORED),
        entry(Ability.READ_ONLY_MOUNTS, Lack.IGNORED),
        entry(Ability.READ_ONLY_ROOT, Lack.IGNORED),
        entry(Ability.TMPFS_SIZE, Lack.IGNORED),
        entry(Ability.ENGINE_OPTIONS, Lack.REFUSED));
  }
}
