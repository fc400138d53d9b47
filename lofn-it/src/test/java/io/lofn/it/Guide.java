package io.lofn.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code docs/clusters.md}, whose submissions are those of the tests. */
final class Guide {

  private static final Path PAGE = Path.of("../docs/clusters.md");

  private Guide() {}

  /**
   * The first submission of a section.
   *
   * @param section its title
   * @param places what stands in the guide for things of the reader, and the test's own
   * @return the arguments of {@code spark-submit}
   */
  static List<String> submission(String section, Map<String, String> places) throws IOException {
    Pattern pattern =
        Pattern.compile(
            "^## " + section + "$.*?^```\\n\\S*spark-submit (.*?)^```$",
            Pattern.MULTILINE | Pattern.DOTALL);
    Matcher matcher = pattern.matcher(Files.readString(PAGE));
    assertThat(matcher.find()).as("a submission in the section '%s'", section).isTrue();
    String submission = matcher.group(1).replace("\\\n", " ").strip();
    for (Map.Entry<String, String> place : places.entrySet()) {
      assertThat(submission).contains(place.getKey());
      submission = submission.replace(place.getKey(), place.getValue());
    }
    return Arrays.stream(submission.split("\\s+"))
        .filter(word -> !word.equals("ARGUMENT..."))
        .toList();
  }
}
