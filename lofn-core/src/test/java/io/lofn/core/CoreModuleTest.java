package io.lofn.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Stage;
import io.lofn.api.EngineException;
import io.lofn.core.check.NodeCheck;
import io.lofn.core.config.HadoopProperties;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.node.NodeEnvironment;
import io.lofn.core.run.RunEngine;
import io.lofn.core.run.ToolRunner;
import io.lofn.core.runtime.NodeRuntime;
import io.lofn.core.runtime.RuntimeProviders;
import io.lofn.core.task.TaskCalls;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CoreModuleTest {

  @TempDir Path directory;

  @Test
  void wiresARunEngineWithoutSparkThatReadsItsConfiguration() {
    Injector injector =
        Guice.createInjector(
            Stage.PRODUCTION,
            new CoreModule(
                new LofnConfig(Map.of("spark.lofn.engine.attempts", "2")),
                new NodeEnvironment(List.of(directory)),
                new HadoopProperties(Map.of()),
                RuntimeProviders.of(List.of(FakeProvider.usable("fake", 1)), List.of()),
                new NoMetrics()));
    try (RunEngine engine = injector.getInstance(RunEngine.class)) {
      AtomicInteger calls = new AtomicInteger();

      assertThatThrownBy(
              () ->
                  injector
                      .getInstance(TaskCalls.class)
                      .call(
                          new FakeTask(),
                          () -> {
                            calls.incrementAndGet();
                            throw EngineException.transientFailure(
                                "busy", new IllegalStateException("busy"));
                          }))
          .isInstanceOf(EngineException.class);

      assertThat(calls).hasValue(2);
      assertThat(injector.getInstance(NodeRuntime.class).get().name()).isEqualTo("fake");
      assertThat(injector.getInstance(ToolRunner.class)).isNotNull();
      assertThat(injector.getInstance(NodeCheck.class)).isNotNull();
      assertThat(engine.isIdle()).isTrue();
    }
  }
}
