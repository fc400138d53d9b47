package io.lofn.api;

import java.util.Collection;
import java.util.Comparator;

/** Finds the name that somebody may have meant. */
public final class NearestName {

  /** More than any name has; what is longer is near to none. */
  private static final int COMPARED = 100;

  private NearestName() {}

  /**
   * The name with the fewest changes.
   *
   * @param name what was written
   * @param known the names that there are, at least one
   * @return one of them; of several the first in the alphabet
   */
  public static String to(String name, Collection<String> known) {
    String compared = name.substring(0, Math.min(name.length(), COMPARED));
    Comparator<String> byDistance = Comparator.comparing(each -> distance(compared, each));
    return known.stream().min(byDistance.thenComparing(Comparator.naturalOrder())).orElseThrow();
  }

  /**
   * How many characters are to be put in, left out or changed to make one name of another:
   * Levenshtein's distance.
   *
   * @param one a name
   * @param other another one
   * @return the number
   */
  public static int distance(String one, String other) {
    int[] row = new int[other.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int changed = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[other.length()];
  }
}
