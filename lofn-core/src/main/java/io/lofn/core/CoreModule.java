package io.lofn.core;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import com.google.inject.TypeLiteral;
import com.google.inject.multibindings.MapBinder;
import io.lofn.core.check.ContainerChecks;
import io.lofn.core.check.NodeCheck;
import io.lofn.core.config.HadoopProperties;
import io.lofn.core.config.HostPathMapping;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.container.OrphanReaper;
import io.lofn.core.container.PipedContainers;
import io.lofn.core.container.TrackedContainers;
import io.lofn.core.exchange.ExchangeDirectories;
import io.lofn.core.image.DigestResolver;
import io.lofn.core.image.ExecutorWarmUp;
import io.lofn.core.image.ImagePreparer;
import io.lofn.core.node.ContainerLabels;
import io.lofn.core.node.NodeEnvironment;
import io.lofn.core.node.NodeLocks;
import io.lofn.core.node.ProcessIdentity;
import io.lofn.core.policy.FeatureCheck;
import io.lofn.core.policy.SecurityPolicy;
import io.lofn.core.probe.MountProbe;
import io.lofn.core.probe.StartProbe;
import io.lofn.core.run.RunModule;
import io.lofn.core.runtime.NodeRuntime;
import io.lofn.core.runtime.RuntimeProviders;
import io.lofn.core.runtime.RuntimeSelector;
import io.lofn.core.runtime.Services;
import io.lofn.core.storage.OutputStores;
import io.lofn.core.storage.VolumeStaging;
import io.lofn.core.task.PoolThreads;
import io.lofn.core.task.RunMetrics;
import io.lofn.core.task.TaskCalls;
import io.lofn.core.warm.WarmContainers;
import io.lofn.spi.ContainerRuntimeProvider;
import io.lofn.spi.OutputStoreProvider;
import io.lofn.spi.VolumeStagerProvider;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** Wires the run engine. A package whose classes are hidden binds them in a module of its own. */
public final class CoreModule extends AbstractModule {

  private final LofnConfig conf;
  private final NodeEnvironment directories;
  private final HadoopProperties hadoop;
  private final RuntimeProviders discovered;
  private final RunMetrics metrics;

  /**
   * @param conf the configuration that came with the task
   * @param directories where lofn may keep files
   * @param hadoop the session's Hadoop properties
   * @param discovered the runtimes on the class path
   * @param metrics receives the counts and times of runs
   */
  public CoreModule(
      LofnConfig conf,
      NodeEnvironment directories,
      HadoopProperties hadoop,
      RuntimeProviders discovered,
      RunMetrics metrics) {
    this.conf = conf;
    this.directories = directories;
    this.hadoop = hadoop;
    this.discovered = discovered;
    this.metrics = metrics;
  }

  @Override
  protected void configure() {
    binder().requireExplicitBindings();
    binder().disableCircularProxies();
    binder().requireExactBindingAnnotations();
    MapBinder<String, ContainerRuntimeProvider> runtimes =
        MapBinder.newMapBinder(binder(), String.class, ContainerRuntimeProvider.class);
    discovered.byName().forEach((name, provider) -> runtimes.addBinding(name).toInstance(provider));
    bind(LofnConfig.class).toInstance(conf);
    bind(NodeEnvironment.class).toInstance(directories);
    bind(HadoopProperties.class).toInstance(hadoop);
    bind(RunMetrics.class).toInstance(metrics);
    bind(ProcessIdentity.class).toInstance(ProcessIdentity.current());
    bind(new TypeLiteral<Services<VolumeStagerProvider>>() {})
        .toInstance(Services.discover(VolumeStagerProvider.class));
    bind(new TypeLiteral<Services<OutputStoreProvider>>() {})
        .toInstance(Services.discover(OutputStoreProvider.class));
    List.of(
            ContainerChecks.class,
            ContainerLabels.class,
            ExchangeDirectories.class,
            DigestResolver.class,
            ImagePreparer.class,
            FeatureCheck.class,
            MountProbe.class,
            NodeCheck.class,
            NodeLocks.class,
            NodeRuntime.class,
            OutputStores.class,
            TrackedContainers.class,
            PipedContainers.class,
            RuntimeSelector.class,
            SecurityPolicy.class,
            StartProbe.class,
            OrphanReaper.class,
            VolumeStaging.class,
            WarmContainers.class,
            ExecutorWarmUp.class)
        .forEach(type -> bind(type).in(Singleton.class));
    install(new RunModule());
  }

  @Provides
  @Singleton
  RuntimeProviders runtimeProviders(Map<String, ContainerRuntimeProvider> byName) {
    return new RuntimeProviders(byName, discovered.broken());
  }

  @Provides
  @Singleton
  TaskCalls calls(ExecutorService threads, LofnConfig conf) {
    return new TaskCalls(threads, conf.get(LofnConfig.ENGINE_ATTEMPTS));
  }

  @Provides
  @Singleton
  HostPathMapping paths(LofnConfig conf) {
    return conf.find(LofnConfig.HOST_PATH_MAP).orElse(HostPathMapping.NONE);
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
