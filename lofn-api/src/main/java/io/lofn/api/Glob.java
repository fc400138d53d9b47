package io.lofn.api;

import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Translates patterns of names, in the syntax of {@link java.nio.file.FileSystem#getPathMatcher}.
 * They match strings, since the text of a path depends on the JVM's locale, and any character, also
 * line ends. A pattern that cannot match the name of a file is refused.
 */
final class Glob {

  private static final String SPECIAL = "\\^$.|?*+()[]{}-&#~";

  /** The state of the part of a name that is being read. */
  private enum Part {
    EMPTY,
    DOT,
    DOTS,
    OTHER
  }

  private final String glob;
  private final StringBuilder regex = new StringBuilder();
  private Set<Part> parts = EnumSet.of(Part.EMPTY);
  private Set<Part> before = EnumSet.noneOf(Part.class);
  private Set<Part> after = EnumSet.noneOf(Part.class);
  private boolean inGroup;
  private int position;

  private Glob(String glob) {
    this.glob = glob;
  }

  /**
   * Translates a pattern.
   *
   * @throws PatternSyntaxException if its syntax is wrong
   * @throws LofnException if it cannot match a name relative to a directory
   */
  static Pattern compile(String given) {
    if (given.startsWith("/")) {
      throw new LofnException(
          "The pattern '%s' is absolute; files of the exchange are named relative to it, as in 'counts/*' for what the tool sees as /shared/counts/*"
              .formatted(FileNames.shown(given)));
    }
    return new Glob(withoutDots(given)).compile();
  }

  private static String withoutDots(String given) {
    String glob = given;
    while (glob.startsWith("./")) {
      glob = glob.substring(2);
    }
    return glob;
  }

  /** The directory that all names have which match, with a slash at its end; empty if none. */
  static String directory(String given) {
    String glob = withoutDots(given);
    int plain = 0;
    while (plain < glob.length() && "*?[{\\".indexOf(glob.charAt(plain)) < 0) {
      plain++;
    }
    return glob.substring(0, glob.lastIndexOf('/', plain - 1) + 1);
  }

  private Pattern compile() {
    if (glob.indexOf('\0') >= 0) {
      throw cannotMatch("has NUL");
    }
    while (position < glob.length()) {
      char c = glob.charAt(position++);
      if (c == '{') {
        beginGroup();
      } else if (c == ',' && inGroup) {
        endAlternative(")|(?:");
        parts = EnumSet.copyOf(before);
      } else if (c == '}' && inGroup) {
        endAlternative("))");
        parts = EnumSet.copyOf(after);
        inGroup = false;
      } else {
        translate(c);
      }
    }
    if (inGroup) {
      throw syntax("Missing '}'");
    }
    endPart("ends with a directory; 'out/*' are the files in it, 'out/**' all below it");
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
  }

  private void beginGroup() {
    if (inGroup) {
      throw syntax("Cannot nest groups");
    }
    inGroup = true;
    before = EnumSet.copyOf(parts);
    after = EnumSet.noneOf(Part.class);
    regex.append("(?:(?:");
  }

  private void endAlternative(String expression) {
    after.addAll(parts);
    regex.append(expression);
  }

  private void translate(char c) {
    switch (c) {
      case '/' -> {
        endPart("has an empty part");
        parts = EnumSet.of(Part.EMPTY);
        regex.append('/');
      }
      case '*' -> {
        boolean crosses = position < glob.length() && glob.charAt(position) == '*';
        position += crosses ? 1 : 0;
        any(crosses ? ".*" : "[^/]*");
      }
      case '?' -> any("[^/]");
      case '[' -> any(bracket());
      case '\\' -> {
        if (position == glob.length()) {
          throw syntax("No character to escape");
        }
        literal(glob.charAt(position++));
      }
      default -> literal(c);
    }
  }

  private void any(String expression) {
    parts = EnumSet.of(Part.OTHER);
    regex.append(expression);
  }

  private void literal(char c) {
    if (c == '/') {
      translate(c);
      return;
    }
    Set<Part> next = EnumSet.noneOf(Part.class);
    for (Part part : parts) {
      next.add(c == '.' ? afterDot(part) : Part.OTHER);
    }
    parts = next;
    append(c);
  }

  private static Part afterDot(Part part) {
    return switch (part) {
      case EMPTY -> Part.DOT;
      case DOT -> Part.DOTS;
      case DOTS, OTHER -> Part.OTHER;
    };
  }

  private void append(char c) {
    if (SPECIAL.indexOf(c) >= 0) {
      regex.append('\\');
    }
    regex.append(c);
  }

  /** Checks the end of a part: no part of a name is empty, a dot or two dots. */
  private void endPart(String otherwise) {
    if (parts.contains(Part.EMPTY)) {
      throw cannotMatch(otherwise);
    }
    if (parts.contains(Part.DOT) || parts.contains(Part.DOTS)) {
      throw cannotMatch("has a part '.' or '..'");
    }
  }

  /** Translates the characters in brackets to a class, which never contains a slash. */
  private String bracket() {
    StringBuilder set = new StringBuilder("[[^/]&&[");
    if (position < glob.length() && glob.charAt(position) == '!') {
      set.append('^');
      position++;
    }
    int first = position;
    int last = -1;
    while (position < glob.length()) {
      int c = glob.codePointAt(position);
      position += Character.charCount(c);
      if (c == ']') {
        if (position - 1 == first) {
          throw syntax("Nothing in brackets");
        }
        return set.append("]]").toString();
      }
      if (c == '/') {
        throw syntax("Explicit 'name separator' in class");
      }
      boolean range = c == '-' && position - 1 > first && isInside();
      if (range) {
        c = glob.codePointAt(position);
        position += Character.charCount(c);
        if (last < 0 || c < last || c == '/') {
          throw syntax("Invalid range");
        }
        set.append('-');
      }
      set.append("\\x{").append(Integer.toHexString(c)).append('}');
      last = range ? -1 : c;
    }
    throw syntax("Missing ']'");
  }

  private boolean isInside() {
    return position < glob.length() && glob.charAt(position) != ']';
  }

  private PatternSyntaxException syntax(String what) {
    return new PatternSyntaxException(what, glob, position - 1);
  }

  private LofnException cannotMatch(String why) {
    return new LofnException(
        "The pattern '%s' matches no file: it %s; files are named relative to the exchange"
            .formatted(FileNames.shown(glob), why));
  }
}
