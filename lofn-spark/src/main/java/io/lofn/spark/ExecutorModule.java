package io.lofn.spark;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import com.google.inject.TypeLiteral;
import com.google.inject.multibindings.MapBinder;
import io.lofn.spi.ContainerRuntimeProvider;
import io.lofn.spi.OutputStoreProvider;
import io.lofn.spi.VolumeStagerProvider;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** Wires what runs tools on an executor. */
final class ExecutorModule extends AbstractModule {

  private final ExecutorSettings settings;
  private final RuntimeProviders discovered;
  private final RunMeters meters;

  ExecutorModule(ExecutorSettings settings, RuntimeProviders discovered, RunMeters meters) {
    this.settings = settings;
    this.discovered = discovered;
    this.meters = meters;
  }

  @Override
  protected void configure() {
    binder().requireExplicitBindings();
    binder().disableCircularProxies();
    binder().requireExactBindingAnnotations();
    MapBinder<String, ContainerRuntimeProvider> runtimes =
        MapBinder.newMapBinder(binder(), String.class, ContainerRuntimeProvider.class);
    discovered.byName().forEach((name, provider) -> runtimes.addBinding(name).toInstance(provider));
    bind(LofnConf.class).toInstance(new LofnConf(settings.conf()));
    bind(NodeDirectories.class).toInstance(new NodeDirectories(settings.directories()));
    bind(HadoopProperties.class).toInstance(new HadoopProperties(settings.hadoop()));
    bind(Owner.class).toInstance(Owner.current());
    bind(RunMeters.class).toInstance(meters);
    bind(new TypeLiteral<Providers<VolumeStagerProvider>>() {})
        .toInstance(Providers.discover(VolumeStagerProvider.class));
    bind(new TypeLiteral<Providers<OutputStoreProvider>>() {})
        .toInstance(Providers.discover(OutputStoreProvider.class));
    List.of(
            ContainerCheck.class,
            ContainerOwnership.class,
            EngineCalls.class,
            Exchanges.class,
            FailFast.class,
            ImagePins.class,
            Images.class,
            LackGate.class,
            MountProbe.class,
            Node.class,
            NodeCheck.class,
            NodeLocks.class,
            NodeRuntime.class,
            OutputStores.class,
            OwnContainers.class,
            PipedContainers.class,
            RuntimeSelector.class,
            SafetyGate.class,
            StartProbe.class,
            Supervisor.class,
            Sweeper.class,
            ToolRunner.class,
            Volumes.class,
            WarmContainers.class,
            WarmUp.class)
        .forEach(type -> bind(type).in(Singleton.class));
  }

  @Provides
  @Singleton
  RuntimeProviders runtimeProviders(Map<String, ContainerRuntimeProvider> byName) {
    return new RuntimeProviders(byName, discovered.broken());
  }

  @Provides
  @Singleton
  PathMap paths(LofnConf conf) {
    return conf.find(LofnConf.HOST_PATH_MAP).orElse(PathMap.NONE);
  }

  @Provides
  @Singleton
  ExecutorService threads() {
    return Executors.newCachedThreadPool(PoolThreads.named("lofn-%d"));
  }

  @Provides
  @Singleton
  ScheduledExecutorService clock() {
    return Executors.newScheduledThreadPool(2, PoolThreads.named("lofn-clock-%d"));
  }
}
