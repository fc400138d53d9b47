package io.lofn.core.shell;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.lofn.core.streams.Noise;
import java.io.IOException;
import java.io.InputStream;
import java.util.UUID;

/**
 * A word that identifies the shell of one start. The shell reads it from its standard input, so it
 * is in no command line and no environment, and nothing else in the container can print it.
 *
 * @param text one line without its end, whose first character does not occur in it again
 */
public record ShellWord(String text) {

  private static final String BEGINNING = "lofn:";

  public static ShellWord random() {
    return new ShellWord(BEGINNING + UUID.randomUUID());
  }

  /** Returns the input that gives the shell its word. */
  public byte[] told() {
    return line("");
  }

  /**
   * Returns what the shell writes to the command's standard error if the command cannot be
   * executed.
   */
  byte[] failed() {
    return line(" failed");
  }

  private byte[] line(String rest) {
    return (text + rest + "\n").getBytes(US_ASCII);
  }

  /** How a wait for the word ended. */
  enum Heard {
    WORD,
    END,
    FLOOD
  }

  /**
   * Reads a stream up to the line that is this word.
   *
   * @param noise receives what comes before it
   */
  Heard awaitIn(InputStream stream, Noise noise) {
    byte[] word = told();
    byte[] one = new byte[1];
    int matched = 0;
    try {
      while (matched < word.length) {
        int next = stream.read();
        if (next < 0) {
          noise.add(word, matched);
          return Heard.END;
        }
        if (next == word[matched]) {
          matched++;
          continue;
        }
        // The first character occurs once, so no match begins within one that fails.
        boolean room = noise.add(word, matched);
        matched = next == word[0] ? 1 : 0;
        one[0] = (byte) next;
        if (!room || (matched == 0 && !noise.add(one, 1))) {
          return Heard.FLOOD;
        }
      }
      return Heard.WORD;
    } catch (IOException e) {
      return Heard.END;
    }
  }
}
