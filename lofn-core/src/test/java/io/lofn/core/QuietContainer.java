package io.lofn.core;

import io.lofn.spi.ContainerExit;
import io.lofn.spi.RunningContainer;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;

/** A container that prints nothing, accepts all input, and runs. Tests override what they check. */
public class QuietContainer implements RunningContainer {

  private final String id;

  public QuietContainer(String id) {
    this.id = id;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public OutputStream stdin() {
    return OutputStream.nullOutputStream();
  }

  @Override
  public InputStream stdout() {
    return InputStream.nullInputStream();
  }

  @Override
  public InputStream stderr() {
    return InputStream.nullInputStream();
  }

  @Override
  public Optional<ContainerExit> await(Duration atMost) throws InterruptedException {
    return Optional.empty();
  }

  @Override
  public void stop(Duration grace) {}

  @Override
  public void close() {}
}
