package io.lofn.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.spi.ContainerSpec;
import io.lofn.spi.Device;
import io.lofn.spi.RuntimeFeature;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Devices of the node. */
interface DevicesContract extends Topic {

  private ContainerSpec.Builder look(String source) {
    return lab()
        .shell("head -c 4 /dev/lofn-device | od -An -tx1")
        .device(new Device(Path.of(source), "/dev/lofn-device", "rw"));
  }

  @Test
  default void givesADeviceOfTheNodeUnderTheNameThatIsAskedFor() throws Exception {
    lab()
        .ask(
            RuntimeFeature.DEVICES,
            look("/dev/zero"),
            outcome -> assertThat(outcome.stdout().strip()).isEqualTo("00 00 00 00"),
            outcome -> assertThat(outcome.stdout()).isBlank());
  }

  @Test
  default void givesNoDeviceThatIsNotThere() throws Exception {
    if (!lab().isUnsupported(RuntimeFeature.DEVICES)) {
      lab().assertRefused(look("/dev/lofn-no-such-device"));
    } else {
      lab()
          .ask(
              RuntimeFeature.DEVICES,
              look("/dev/lofn-no-such-device"),
              outcome -> {},
              outcome -> assertThat(outcome.stdout()).isBlank());
    }
  }
}
