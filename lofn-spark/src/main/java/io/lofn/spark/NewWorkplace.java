package io.lofn.spark;

import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.RunningContainer;

/** An exchange and a container for one run. */
final class NewWorkplace implements Workplace {

  private final Exchange exchange;
  private final ContainerRuntime runtime;
  private final PipedContainers containers;

  NewWorkplace(Exchange exchange, ContainerRuntime runtime, PipedContainers containers) {
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
