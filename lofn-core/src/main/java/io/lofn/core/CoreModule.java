package io.lofn.core;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import com.google.inject.multibindings.MapBinder;
import io.lofn.core.check.CheckModule;
import io.lofn.core.config.LofnConf;
import io.lofn.core.config.PathMap;
import io.lofn.core.container.ContainerModule;
import io.lofn.core.exchange.ExchangeModule;
import io.lofn.core.gate.GateModule;
import io.lofn.core.image.ImageModule;
import io.lofn.core.node.HadoopProperties;
import io.lofn.core.node.NodeDirectories;
import io.lofn.core.node.NodeModule;
import io.lofn.core.probe.ProbeModule;
import io.lofn.core.run.RunModule;
import io.lofn.core.runtime.RuntimeModule;
import io.lofn.core.runtime.RuntimeProviders;
import io.lofn.core.storage.StorageModule;
import io.lofn.core.task.EngineCalls;
import io.lofn.core.task.PoolThreads;
import io.lofn.core.task.RunMeters;
import io.lofn.core.warm.WarmModule;
import io.lofn.spi.ContainerRuntimeProvider;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** Wires the run engine. */
public final class CoreModule extends AbstractModule {

  private final LofnConf conf;
  private final NodeDirectories directories;
  private final HadoopProperties hadoop;
  private final RuntimeProviders discovered;
  private final RunMeters meters;

  /**
   * @param conf the configuration that came with the task
   * @param directories where files may be kept
   * @param hadoop the session's Hadoop properties
   * @param discovered the runtimes of the class path
   * @param meters what counts
   */
  public CoreModule(
      LofnConf conf,
      NodeDirectories directories,
      HadoopProperties hadoop,
      RuntimeProviders discovered,
      RunMeters meters) {
    this.conf = conf;
    this.directories = directories;
    this.hadoop = hadoop;
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
    bind(LofnConf.class).toInstance(conf);
    bind(NodeDirectories.class).toInstance(directories);
    bind(HadoopProperties.class).toInstance(hadoop);
    bind(RunMeters.class).toInstance(meters);
    List.of(
            new RuntimeModule(),
            new NodeModule(),
            new ExchangeModule(),
            new StorageModule(),
            new ImageModule(),
            new ContainerModule(),
            new ProbeModule(),
            new GateModule(),
            new WarmModule(),
            new RunModule(),
            new CheckModule())
        .forEach(this::install);
  }

  @Provides
  @Singleton
  RuntimeProviders runtimeProviders(Map<String, ContainerRuntimeProvider> byName) {
    return new RuntimeProviders(byName, discovered.broken());
  }

  @Provides
  @Singleton
  EngineCalls calls(ExecutorService threads, LofnConf conf) {
    return new EngineCalls(threads, conf.get(LofnConf.ENGINE_ATTEMPTS));
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
