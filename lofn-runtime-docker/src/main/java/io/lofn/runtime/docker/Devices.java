package io.lofn.runtime.docker;

import com.github.dockerjava.api.model.Device;
import com.github.dockerjava.api.model.HostConfig;
import java.util.List;

/** Translates devices to the Engine API. */
final class Devices {

  private Devices() {}

  static void give(HostConfig host, List<io.lofn.spi.Device> devices) {
    if (!devices.isEmpty()) {
      host.withDevices(devices.stream().map(Devices::device).toList());
    }
  }

  private static Device device(io.lofn.spi.Device device) {
    return new Device(device.permissions(), device.target(), device.source().toString());
  }
}
