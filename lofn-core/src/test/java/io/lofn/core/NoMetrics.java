package io.lofn.core;

import io.lofn.core.task.RunMetrics;
import io.lofn.core.task.RunPhases;
import io.lofn.spi.StagedVolume;
import java.time.Duration;

/** Metrics that count nothing. */
public final class NoMetrics implements RunMetrics {

  private static final Timing NO_TIMING = () -> {};

  @Override
  public void begun() {}

  @Override
  public void failed() {}

  @Override
  public void phases(RunPhases times) {}

  @Override
  public void ended(Duration after) {}

  @Override
  public Timing queue() {
    return NO_TIMING;
  }

  @Override
  public Timing pull() {
    return NO_TIMING;
  }

  @Override
  public Timing create() {
    return NO_TIMING;
  }

  @Override
  public void staged(StagedVolume volume) {}

  @Override
  public void written(long bytes) {}

  @Override
  public void read(long bytes) {}
}
