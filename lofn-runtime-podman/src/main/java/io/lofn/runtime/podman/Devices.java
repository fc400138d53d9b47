package io.lofn.runtime.podman;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lofn.spi.Device;
import java.util.List;

/** Translates devices to podman's SpecGenerator. */
final class Devices {

  private Devices() {}

  /** Adds devices in the form of the command line, which the service parses. */
  static void give(ObjectNode json, List<Device> devices) {
    if (devices.isEmpty()) {
      return;
    }
    ArrayNode all = json.putArray("devices");
    for (Device device : devices) {
      all.addObject()
          .put("path", device.source() + ":" + device.target() + ":" + device.permissions());
    }
  }
}
