package io.lofn.core.hint;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** One thing to try after a failure, where what is known of the failure speaks for it. */
@FunctionalInterface
interface Hint {

  /** The sentence, or empty if this is about other failures. */
  Optional<String> of(Evidence evidence);

  /** A hint for a condition. */
  static Hint when(Predicate<Evidence> condition, Function<Evidence, String> sentence) {
    return evidence ->
        condition.test(evidence) ? Optional.of(sentence.apply(evidence)) : Optional.empty();
  }

  /** A hint for a line of standard error; the case of letters does not matter. */
  static Hint said(String regex, Function<Evidence, String> sentence) {
    Pattern pattern = said(regex);
    return when(evidence -> evidence.says(pattern), sentence);
  }

  /** The same, always with the same words. */
  static Hint said(String regex, String sentence) {
    return said(regex, evidence -> sentence);
  }

  /** A hint for an exit code. */
  static Hint exited(int code, Function<Evidence, String> sentence) {
    return when(evidence -> evidence.exited(code), sentence);
  }

  /** The same, always with the same words. */
  static Hint exited(int code, String sentence) {
    return exited(code, evidence -> sentence);
  }

  /** What a tool may say, in capital letters or not. */
  static Pattern said(String regex) {
    return Pattern.compile(regex, Pattern.CASE_INSENSITIVE);
  }
}
