package io.lofn.core.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.NamePattern;
import org.junit.jupiter.api.Test;

class CountedNamesTest {

  /** Otherwise a directory that cannot be entered would fail every reader. */
  @Test
  void aPatternStillTellsBelowWhichDirectoriesItMatchesNothing() {
    NamePattern below =
        new NamePattern() {
          @Override
          public boolean test(String name) {
            return name.startsWith("out/");
          }

          @Override
          public boolean mayMatchBelow(String directory) {
            return directory.equals("out");
          }
        };

    NamePattern counted = new CountedNames(below, 100, IllegalStateException::new);

    assertThat(counted.mayMatchBelow("out")).isTrue();
    assertThat(counted.mayMatchBelow("cache")).isFalse();
    assertThat(new CountedNames(name -> true, 1, IllegalStateException::new).mayMatchBelow("cache"))
        .isTrue();
  }

  @Test
  void namesThatAreWantedAreLimitedTogetherAndOthersDoNotCount() {
    CountedNames counted =
        new CountedNames(name -> name.startsWith("a"), 4, IllegalStateException::new);

    assertThat(counted.test("ab")).isTrue();
    assertThat(counted.test("bbbbbbbb")).isFalse();
    assertThat(counted.test("ac")).isTrue();
    assertThatThrownBy(() -> counted.test("a")).isInstanceOf(IllegalStateException.class);
  }
}
