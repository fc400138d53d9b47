package io.lofn.runtime.embedded.shared;

import io.lofn.http.RegistryName;
import io.lofn.spi.ImageReference;
import java.time.Duration;

/** Whether the store can be read and written now; says what users should know. Thread-safe. */
final class Health {

  private final Trouble reading = new Trouble(Duration.ofMinutes(1));
  private final Trouble writing = new Trouble(Duration.ofMinutes(10));
  private final String place;

  Health(String place) {
    this.place = place;
  }

  boolean isReadable() {
    return !reading.isNow();
  }

  boolean isWritable() {
    return isReadable() && !writing.isNow();
  }

  void unreadable(Exception why) {
    reading.found(
        "The shared store %s (%s) cannot be read: %s; images come from their registries, and it is tried again in a minute"
            .formatted(place, SharedStore.SETTING, why.getMessage()));
  }

  void unwritable(ImageReference image, Exception why) {
    writing.found(
        "Image %s cannot be put into the shared store %s (%s): %s; nodes that do not find it there ask its registry"
            .formatted(RegistryName.of(image), place, SharedStore.SETTING, why));
  }
}
