package io.lofn.it;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever goes wrong: the result is right or the failure is clear, and nothing is left. */
@Timeout(value = 5, unit = MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FaultsIT {

  static List<FaultSuite.Case> faults() {
    return FaultSuite.all();
  }

  @ParameterizedTest
  @MethodSource("faults")
  void leaveNothingBehind(FaultSuite.Case fault) throws Exception {
    FaultRow row = fault.run(fault.few());

    assertThat(row.injected()).isGreaterThanOrEqualTo(fault.few());
    assertThat(row.isClean()).as(FaultRow.HEADER + "\n" + row).isTrue();
  }
}
