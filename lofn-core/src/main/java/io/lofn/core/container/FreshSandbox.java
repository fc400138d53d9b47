package io.lofn.core.container;

import io.lofn.core.exchange.Exchange;
import io.lofn.core.shell.CommandStart;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.RunningContainer;

/** A sandbox for one run: a new exchange and a new container. */
public final class FreshSandbox implements RunSandbox {

  private final Exchange exchange;
  private final ContainerRuntime runtime;
  private final PipedContainers containers;

  public FreshSandbox(Exchange exchange, ContainerRuntime runtime, PipedContainers containers) {
    this.exchange = exchange;
    this.runtime = runtime;
    this.containers = containers;
  }

  @Override
  public Exchange exchange() {
    return exchange;
  }

  @Override
  public RunningContainer start(ContainerSpec spec, CommandStart start) {
    return containers.start(runtime, spec, exchange, start);
  }

  @Override
  public void close() {
    exchange.close();
  }
}
