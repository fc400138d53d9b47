package io.lofn.core.run;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import io.lofn.core.task.RunWatchdog;

/** Wires this package. */
public final class RunModule extends AbstractModule {

  @Override
  protected void configure() {
    bind(Preparation.class).in(Singleton.class);
    bind(RunEngine.class).in(Singleton.class);
    bind(ToolRuns.class).in(Singleton.class);
    bind(RunWatchdog.class).in(Singleton.class);
    bind(ToolRunner.class).in(Singleton.class);
    bind(RunSandboxes.class).in(Singleton.class);
  }
}
