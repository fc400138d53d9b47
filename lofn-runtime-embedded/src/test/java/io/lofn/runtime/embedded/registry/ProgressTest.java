package io.lofn.runtime.embedded.registry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProgressTest {

  private static final long MIB = 1 << 20;
  private static final long SECOND = 1_000_000_000;

  @Test
  void tellsHowMuchHasComeHowFastAndTheTimeLeft() {
    Progress progress = new Progress("a/b from host", 300 * MIB, 100 * MIB);
    assertThat(progress.said(50 * MIB, 5 * SECOND))
        .isEqualTo("Pulling a/b from host: 150 of 300 MiB, 10.0 MiB/s, 15 s left");
    assertThat(progress.said(200 * MIB, 5 * SECOND))
        .endsWith("300 of 300 MiB, 40.0 MiB/s, 0 s left");
    assertThat(progress.said(0, 5 * SECOND)).endsWith("100 of 300 MiB, 0.0 MiB/s, stalled");
  }
}
