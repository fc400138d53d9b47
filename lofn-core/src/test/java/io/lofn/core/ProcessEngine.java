package io.lofn.core;

import io.lofn.core.FakeProvider.FakeRuntime;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.Mount;
import io.lofn.spi.RunningContainer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** An engine whose containers are plain processes, which find a mount where it really is. */
public final class ProcessEngine extends FakeRuntime {

  public final List<List<String>> started = new ArrayList<>();

  /** What stands for the image's {@code sh}. */
  public List<String> shell = List.of("sh");

  /** What an engine adds to the environment. */
  public Map<String, String> environment = Map.of("PATH", System.getenv("PATH"));

  /** Whether its streams are direct. */
  public boolean direct;

  public ProcessEngine() {
    super("processes", List.of());
  }

  @Override
  public boolean directStreams() {
    return direct;
  }

  @Override
  public RunningContainer start(ContainerSpec spec) {
    started.add(spec.argv());
    List<String> argv = new ArrayList<>(spec.argv());
    if (argv.get(0).equals("sh")) {
      argv.remove(0);
      argv.addAll(0, shell);
    }
    for (Mount mount : spec.mounts()) {
      argv.replaceAll(word -> word.equals(mount.target()) ? mount.source().toString() : word);
    }
    try {
      ProcessBuilder builder = new ProcessBuilder(argv);
      builder.environment().clear();
      builder.environment().putAll(environment);
      builder.environment().putAll(spec.settings().environment());
      return new ProcessContainer(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private record ProcessContainer(Process process) implements RunningContainer {

    @Override
    public String id() {
      return Long.toString(process.pid());
    }

    @Override
    public OutputStream stdin() {
      return process.getOutputStream();
    }

    @Override
    public InputStream stdout() {
      return process.getInputStream();
    }

    @Override
    public InputStream stderr() {
      return process.getErrorStream();
    }

    @Override
    public Optional<ContainerExit> await(Duration atMost) throws InterruptedException {
      return process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)
          ? Optional.of(new ContainerExit(process.exitValue(), false))
          : Optional.empty();
    }

    @Override
    public void stop(Duration grace) {
      process.destroy();
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }
}
