package io.lofn.core.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NamedPipesTest {

  @Test
  void oneThatCannotBeClosedKeepsNoOtherOpen() {
    List<Integer> closed = new ArrayList<>();
    List<Closeable> channels = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      int each = i;
      channels.add(
          () -> {
            closed.add(each);
            if (each % 2 == 0) {
              throw new IOException("no " + each);
            }
          });
    }

    assertThatThrownBy(() -> NamedPipes.close(channels))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("no 0")
        .satisfies(failure -> assertThat(failure.getSuppressed()).hasSize(1));
    assertThat(closed).containsExactly(0, 1, 2, 3);
  }
}
