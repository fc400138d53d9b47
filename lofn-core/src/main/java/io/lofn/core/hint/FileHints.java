package io.lofn.core.hint;

import static io.lofn.core.hint.Hint.said;

import io.lofn.api.Volume;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.exchange.ExchangeDisk;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** For files that a tool cannot read, write, find or understand. */
final class FileHints {

  private static final Pattern READ_ONLY = Hint.said("read-only file ?system|\\bEROFS\\b");
  private static final Pattern DENIED = Hint.said("permission denied|\\bEACCES\\b");
  private static final Pattern FORBIDDEN = Hint.said("operation not permitted|\\bEPERM\\b");
  private static final Pattern MISSING =
      Hint.said(
          "no such file or directory|can(no|')t open|could not open|couldn't open|(fail(ed)?|unable) to open|does not exist|\\bENOENT\\b");
  private static final Pattern HOME =
      Pattern.compile(
          "(?<![\\w.*~)}])(/root|/home/[^/\\s]+|/nonexistent|/var/empty|~|\\$HOME)?/\\.[A-Za-z][\\w.-]*");
  private static final Pattern NO_HOME =
      Hint.said(
          "\\$?HOME\\b.{0,30}(is )?(not (set|defined)|unset|undefined)|(no|find|determine|get) (the |your |user'?s? )?home ?dir");
  private static final Pattern NO_NAME =
      Hint.said(
          "cannot find name for user|uid not found|no user exists for uid|I have no name|invalid null input: name");
  private static final Pattern NAME =
      Pattern.compile(
          "(?<![\\w/.@%+=~-])[\\w.][\\w@%+=.~-]*(?:/[\\w@%+=.~-]+)*(?=['\"\u2019)`,]|\\s?:|\\s\\(|\\s*$)");

  /** Where a program says why it gives up. */
  private static final int CLOSING_LINES = 3;

  static final List<Hint> DISK = List.of(FileHints::disk);

  static final List<Hint> ALL =
      List.of(
          FileHints::noExec,
          FileHints::home,
          FileHints::readOnly,
          FileHints::owner,
          FileHints::noName);

  /** Of what is in files, which may be nothing where the partition has no records. */
  static final List<Hint> CONTENT =
      List.of(
          said(
              "(?<!syntax error: )unexpected end of (file|zlib input stream)|unexpected EOF(?! while)|compressed file ended before|EOF marker is absent|input is probably truncated|crc error|invalid compressed data|corrupted data|gzip data is cut",
              "A compressed file is probably cut short or damaged. Check the source with gzip -t; copies that broke off and writers that were not closed leave such files."),
          said(
              "not in gzip format|(gunzip|zcat|gzip|tar): invalid magic|not a gzipped file|not a gzip file|incorrect header check|not a BGZF|invalid gzip header",
              "A file that is not gzip was taken for one. Check with file(1) what it is: plain text, another compression, or a page of an HTTP server; and whether the layout has gzip()."),
          FileHints::bareInput);

  /** After what the exit code means. */
  static final List<Hint> LATE = List.of(FileHints::denied, FileHints::elsewhere);

  private FileHints() {}

  private static Optional<String> disk(Evidence evidence) {
    Optional<ExchangeDisk> exchange = evidence.exchange();
    if (exchange.map(ExchangeDisk::isFull).orElse(false)) {
      return exchange.map(state -> capitalised(state.fullDisk()));
    }
    if (!evidence.says(Hint.said("no space left|disk quota exceeded|\\bENOSPC\\b"))) {
      return Optional.empty();
    }
    String free =
        exchange.map(state -> " has %d bytes free now".formatted(state.freeBytes())).orElse("");
    return Optional.of(
        "A disk was full. That of the exchange%s; if it was another one, let the tool write below %s, or raise Tool.tmpfs or Tool.shm."
            .formatted(free, evidence.setup().exchangePath()));
  }

  private static Optional<String> noName(Evidence evidence) {
    return evidence.says(NO_NAME)
        ? Optional.of(
            "The tool runs as user %s, whom the image does not know by name: give it the names it wants, for instance Tool.env(\"USER\", \"tool\"), or an image with such a user."
                .formatted(evidence.user()))
        : Optional.empty();
  }

  /** A program on a file system that forbids to execute what is on it. */
  private static Optional<String> noExec(Evidence evidence) {
    boolean mapped =
        evidence.says(
            Hint.said(
                "failed to map segment from shared object|cannot (mmap|map) .*operation not permitted"));
    List<String> places =
        List.of(evidence.setup().exchangePath(), "/tmp", "/dev/shm", "/run", "/var/tmp");
    boolean denied =
        evidence.exited(126)
            && evidence.pathsWith(DENIED).stream()
                .anyMatch(path -> places.stream().anyMatch(place -> Evidence.isIn(path, place)));
    return mapped || denied
        ? Optional.of(
            "The file has no execute permission (chmod +x), or lies on a file system that is mounted noexec, as /dev/shm is, and the exchange and /tmp are where the node mounts %s or %s so. Keep programs and libraries in the image or a volume."
                .formatted(LofnConfig.TMP_DIR.name(), LofnConfig.TMP_MEMORY_DIR.name()))
        : Optional.empty();
  }

  private static Optional<String> home(Evidence evidence) {
    boolean inHome =
        evidence.lines().stream()
            .filter(
                line ->
                    DENIED.matcher(line).find()
                        || READ_ONLY.matcher(line).find()
                        || line.matches(
                            "(?i).*(can(no|')t|could not|failed to|unable to) create.*"))
            .anyMatch(line -> HOME.matcher(line).find());
    return inHome || evidence.says(NO_HOME)
        ? Optional.of(
            "The tool cannot write to its home directory as user %s: set Tool.env(\"HOME\", \"/tmp\")."
                .formatted(evidence.user()))
        : Optional.empty();
  }

  private static Optional<String> readOnly(Evidence evidence) {
    if (!evidence.says(READ_ONLY)) {
      return Optional.empty();
    }
    String exchange = evidence.setup().exchangePath();
    List<String> paths = evidence.pathsWith(READ_ONLY);
    Optional<Volume> volume =
        evidence.setup().tool().volumes().stream()
            .filter(Volume::isReadOnly)
            .filter(one -> paths.stream().anyMatch(path -> Evidence.isIn(path, one.target())))
            .findFirst();
    if (volume.isPresent()) {
      return Optional.of(
          "The volume at %s is read-only. Make what the tool writes there, such as an index beside a reference, before the job; or let the tool write it below %s; or use Volume.readWrite() where the source may change."
              .formatted(volume.get().target(), exchange));
    }
    if (evidence.setup().settings().readOnlyRoot()) {
      return Optional.of(
          "The image is read-only by Tool.readOnlyRoot(). Let the tool write below %s or /tmp, and set HOME there if it keeps settings."
              .formatted(exchange));
    }
    if (evidence.setup().warm()) {
      return Optional.of(
          "The image of a warm container is read-only. Let the tool write below %s or /tmp (Tool.env(\"HOME\", \"/tmp\") for programs that keep settings), or give each run its container: Tool.reuseContainer(false)."
              .formatted(exchange));
    }
    return Optional.of(
        "The tool wrote to what is read-only in its container, such as a volume without readWrite(). Let it write below %s or /tmp."
            .formatted(exchange));
  }

  private static Optional<String> owner(Evidence evidence) {
    Optional<String> line = evidence.line(FORBIDDEN);
    if (line.isEmpty()) {
      return Optional.empty();
    }
    boolean containerLabels =
        Pattern.compile(
                "chown|owner|preserv|chgrp|setgid|setuid|setgroups|seteuid|setegid",
                Pattern.CASE_INSENSITIVE)
            .matcher(line.get())
            .find();
    String text =
        containerLabels
            ? "A tool has %s, so even root cannot change the owner of a file: use tar --no-same-owner or cp -r in place of cp -a, or allow it with Tool.capability(\"CHOWN\")."
            : "A tool has %s, so the kernel refuses some operations even to root, such as mount. Leave the operation out, or allow it with Tool.capability(...).";
    return Optional.of(text.formatted(capabilities(evidence)));
  }

  private static String capabilities(Evidence evidence) {
    List<String> capabilities = evidence.setup().settings().capabilities();
    return capabilities.isEmpty()
        ? "no capabilities"
        : "the capabilities " + String.join(", ", capabilities) + " only";
  }

  private static Optional<String> bareInput(Evidence evidence) {
    Optional<Path> exchange = evidence.exchange().map(ExchangeDisk::directory);
    boolean there =
        evidence
            .setup()
            .settings()
            .workingDirectory()
            .equals(Optional.of(evidence.setup().exchangePath()));
    if (exchange.isEmpty() || there) {
      return Optional.empty();
    }
    String command = String.join(" ", evidence.setup().tool().argv());
    return evidence.lines().stream()
        .filter(line -> MISSING.matcher(line).find())
        .flatMap(line -> NAME.matcher(line).results().map(MatchResult::group))
        .filter(name -> isNamedIn(command, name) && isIn(exchange.get(), name))
        .findFirst()
        .map(
            name ->
                "The file %1$s is in the exchange, and the tool looked for it in its working directory: name it %2$s/%1$s, or set Tool.workdir(\"%2$s\")."
                    .formatted(name, evidence.setup().exchangePath()));
  }

  /** Whether a command has a name that is not the end of a path. */
  private static boolean isNamedIn(String command, String name) {
    return Pattern.compile("(?<![\\w/.-])" + Pattern.quote(name) + "(?![\\w/.-])")
        .matcher(command)
        .find();
  }

  private static boolean isIn(Path exchange, String name) {
    try {
      Path file = exchange.resolve(name).normalize();
      return file.startsWith(exchange)
          && !file.equals(exchange)
          && Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static Optional<String> denied(Evidence evidence) {
    if (!evidence.says(DENIED)) {
      return Optional.empty();
    }
    List<String> paths = evidence.pathsWith(DENIED);
    boolean onExchange = paths.stream().anyMatch(evidence::inExchange);
    if (onExchange && evidence.exchange().map(ExchangeDisk::seLinux).orElse(false)) {
      return Optional.of(
          "This node enforces SELinux, which lets containers into labelled directories only: chcon -R -t container_file_t on the directory that %s names."
              .formatted(LofnConfig.TMP_DIR.name()));
    }
    if (evidence.setup().tool().settings().user().isPresent()) {
      return Optional.of(
          onExchange
              ? "The tool runs as user %s, who may not do this in the exchange; without Tool.user it runs as the executor's own."
                  .formatted(evidence.user())
              : "The tool runs as user %s, by Tool.user; what it reads and writes must allow that."
                  .formatted(evidence.user()));
    }
    if (evidence.isRoot()) {
      return Optional.of(
          "The tool runs as root without capabilities, so the modes of files bind it as any user: make them readable to it, or allow it with Tool.capability(\"DAC_OVERRIDE\").");
    }
    String who =
        evidence.setup().settings().user().isPresent()
            ? "the executor's user " + evidence.user() + ", not as the image's"
            : "the image's user";
    return Optional.of(
        onExchange
            ? "The tool runs as %s, and the mode of this file in the exchange does not allow that user to do this."
                .formatted(who)
            : "The tool runs as %s: what it reads must be readable for that user, and what it writes must be below %s or /tmp."
                .formatted(who, evidence.setup().exchangePath()));
  }

  private static Optional<String> elsewhere(Evidence evidence) {
    List<String> targets = evidence.setup().tool().volumes().stream().map(Volume::target).toList();
    Evidence end = evidence.last(CLOSING_LINES);
    return end.pathsWith(Hint.said("no such file or directory|\\bENOENT\\b")).stream()
        .filter(path -> !evidence.inExchange(path))
        .filter(path -> targets.stream().noneMatch(target -> Evidence.isIn(path, target)))
        .findFirst()
        .map(
            path ->
                "%s is not in the container. The tool sees its image, the exchange at %s and its volumes (%s), not the files of the node: give what lies elsewhere with Tool.volume."
                    .formatted(
                        path,
                        evidence.setup().exchangePath(),
                        targets.isEmpty() ? "none" : String.join(", ", targets)));
  }

  private static String capitalised(String sentence) {
    return sentence.substring(0, 1).toUpperCase(Locale.ROOT) + sentence.substring(1);
  }
}
