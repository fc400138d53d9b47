package io.lofn.core.streams;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamTailTest {

  @Test
  void keepsAllOfAShortStream() {
    StreamTail tail = new StreamTail();
    append(tail, "one ");
    append(tail, "two");

    assertThat(tail.text()).isEqualTo("one two");
    assertThat(tail.total()).isEqualTo(7);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 1000, StreamTail.CAPACITY, StreamTail.CAPACITY + 1, 200_000})
  void keepsTheEndOfALongStream(int piece) {
    StreamTail tail = new StreamTail();
    StringBuilder all = new StringBuilder();
    Random random = new Random(piece);
    while (all.length() < 300_000) {
      String text =
          random
              .ints(piece, 'a', 'z')
              .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
              .toString();
      append(tail, text);
      all.append(text);
    }

    assertThat(tail.text()).isEqualTo(all.substring(all.length() - StreamTail.CAPACITY));
    assertThat(tail.total()).isEqualTo(all.length());
  }

  private static void append(StreamTail tail, String text) {
    tail.append(text.getBytes(US_ASCII), text.length());
  }
}
