package io.lofn.spark;

import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.RunningContainer;

/** An exchange and a container for one run. */
final class NewWorkplace implements Workplace {

  private final Exchange exchange;
  private final ContainerRuntime runtime;
  private final PipedContainers containers;
  private final boolean streams;

  /**
   * @param streams whether standard input or output carry records
   */
  NewWorkplace(
      Exchange exchange, ContainerRuntime runtime, PipedContainers containers, boolean streams) {
    this.exchange = exchange;
    this.runtime = runtime;
    this.containers = containers;
    this.streams = streams;
  }

  @Override
  public Exchange exchange() {
    return exchange;
  }

  @Override
  public RunningContainer start(ContainerSpec spec) {
    return containers.start(runtime, spec, exchange, streams);
  }

  @Override
  public void close() {
    exchange.close();
  }
}
