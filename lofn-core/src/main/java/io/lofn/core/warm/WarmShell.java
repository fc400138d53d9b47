package io.lofn.core.warm;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.lofn.api.EngineException;
import io.lofn.api.Printable;
import io.lofn.core.shell.ShellWord;
import io.lofn.core.streams.NamedPipes;
import io.lofn.core.text.ShellWords;
import io.lofn.spi.RunningContainer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Communicates with the shell script that runs one command after another in a container. Each
 * answer of the script contains a word that the script was given, since its shell may print other
 * lines. No tool can print these words, because the script answers only where no tool reaches its
 * streams and its memory. One command at a time.
 */
final class WarmShell {

  private static final Logger LOG = LoggerFactory.getLogger(WarmShell.class);

  private static final String READY = "ready ";

  private static final String UNFIT = "unfit ";

  /** The maximum length of a reason; a longer text is not the script's. */
  private static final int LONGEST_REASON = 300;

  /** Lines of others beyond this are not logged. */
  private static final int MOST_FOREIGN = 100;

  /** The command by which the image's shell becomes the script's, out of the reach of tools. */
  private static final String SEAL = script("warm-seal.sh");

  private static final String SCRIPT = script("warm-agent.sh");

  /** The script that becomes the command, in a new shell or in one that the main script forks. */
  private static final String COMMAND = script("command.sh");

  /** How long the script may take to start a command: it forks, and opens three files. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final RunningContainer container;
  private final OutputStream out;
  private final ShellWord word = ShellWord.random();
  private final CompletableFuture<String> ready = new CompletableFuture<>();
  private volatile Command current = new Command();
  private volatile @Nullable IOException ended;
  private int foreign;

  WarmShell(RunningContainer container, Executor threads) {
    this.container = container;
    this.out = container.stdin();
    threads.execute(this::listen);
  }

  private static String script(String name) {
    try (InputStream file = WarmShell.class.getResourceAsStream(name)) {
      return new String(file.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns the command that starts the script.
   *
   * @param scratch a directory of the container in which programs may be written and executed
   * @param writable mount points in which runs may write, and which are emptied from outside
   */
  static List<String> argv(String scratch, List<Path> writable) {
    List<String> argv =
        new ArrayList<>(List.of("sh", "-c", SEAL, "lofn", SCRIPT, scratch, NamedPipes.CONTROL));
    writable.forEach(path -> argv.add(asInMountTable(path.toString())));
    return argv;
  }

  /** Returns a path as in the kernel's table of mounts, where blanks separate the fields. */
  private static String asInMountTable(String path) {
    return path.replace("\\", "\\134")
        .replace(" ", "\\040")
        .replace("\t", "\\011")
        .replace("\n", "\\012")
        .replace("#", "\\043");
  }

  /**
   * Returns the contents of the file from which the script starts a command.
   *
   * @param variables those of this run alone
   */
  static String commandFile(List<String> argv, Map<String, String> variables) {
    List<String> exported =
        variables.entrySet().stream()
            .map(each -> each.getKey() + "=" + each.getValue())
            .map(each -> "export " + ShellWords.join(List.of(each)) + "\n")
            .toList();
    return String.join("", exported) + COMMAND.replace("COMMAND", ShellWords.join(argv));
  }

  /**
   * Returns the namespaces of processes and of shared memory of the script, as the kernel names
   * them.
   *
   * @throws EngineException if the script does not start
   * @throws NotReusableException if it reports that runs there would not be isolated
   */
  List<String> namespaces() {
    say(word.told());
    String answer = await(ready, "did not start");
    if (answer.startsWith(UNFIT)) {
      throw new NotReusableException(plain(answer.substring(UNFIT.length())));
    }
    return List.of(answer.substring(READY.length()).split(" "));
  }

  private static String plain(String reason) {
    String text = reason.replaceAll("[^\\x20-\\x7e]", "?");
    return text.substring(0, Math.min(text.length(), LONGEST_REASON));
  }

  /**
   * Starts the command in the script's directory, and waits until it has its streams.
   *
   * @throws EngineException if it does not start; another container may start it
   */
  Command run(boolean stdin) {
    Command command = new Command();
    current = command;
    IOException end = ended;
    if (end != null) {
      throw gone("has ended", end);
    }
    say("%s %s\n".formatted(command.word.text(), stdin ? "stdin" : "none").getBytes(US_ASCII));
    await(command.began, "did not start a command");
    return command;
  }

  private void say(byte[] line) {
    try {
      out.write(line);
      out.flush();
    } catch (IOException e) {
      throw gone("takes no more commands", e);
    }
  }

  /** Ends the script, which ends the container. */
  void leave() {
    try {
      out.close();
    } catch (IOException e) {
      // It has ended already.
    }
  }

  private <T> T await(CompletableFuture<T> answer, String failure) {
    try {
      return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw gone(failure, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw gone(failure, e);
    }
  }

  private EngineException gone(String what, Exception cause) {
    return EngineException.transientFailure(
        "The shell of the warm container %s %s".formatted(container.id(), what), cause);
  }

  private void listen() {
    IOException end = new IOException("The container has ended");
    try {
      ShellLines lines = new ShellLines(container.stdout());
      for (String line = lines.next(); line != null; line = lines.next()) {
        heard(line);
      }
    } catch (IOException | RuntimeException e) {
      end.addSuppressed(e);
    }
    ended = end;
    ready.completeExceptionally(end);
    current.fail(end);
  }

  /** Handles a line. Without a word that the script was given, it is not the script's. */
  private void heard(String line) {
    Command command = current;
    Optional<String> ofScript = after(word, line);
    Optional<String> ofCommand = after(command.word, line);
    if (ofCommand.isPresent()) {
      command.heard(ofCommand.get());
    } else if (ofScript.filter(WarmShell::isAnswer).isPresent()) {
      ready.complete(ofScript.get());
    } else if (foreign++ < MOST_FOREIGN) {
      LOG.debug("Warm container {} printed: {}", container.id(), Printable.line(line));
    }
  }

  private static boolean isAnswer(String said) {
    return said.startsWith(READY) || said.startsWith(UNFIT);
  }

  /**
   * Returns the text after the word, which may be within a line: other writers need not end theirs.
   */
  private static Optional<String> after(ShellWord word, String line) {
    int at = line.lastIndexOf(word.text() + " ");
    return at < 0 ? Optional.empty() : Optional.of(line.substring(at + word.text().length() + 1));
  }

  /** One command of the script. */
  static final class Command {

    private static final Pattern ENDED = Pattern.compile("ended (\\d{1,3})(?: (.{1,1000}))?");

    private final ShellWord word = ShellWord.random();
    private final CompletableFuture<@Nullable Void> began = new CompletableFuture<>();
    private final CompletableFuture<Integer> ended = new CompletableFuture<>();
    private volatile String left = "";

    /** Returns the word by which its shell reports that it could not be executed. */
    ShellWord word() {
      return word;
    }

    /**
     * Returns its exit code, once none of its processes is left; fails if the script ends before.
     */
    CompletableFuture<Integer> ended() {
      return ended;
    }

    /** Returns whether it has ended, and its container is as it was before. */
    boolean leftNothing() {
      return ended.isDone() && !ended.isCompletedExceptionally() && left.isEmpty();
    }

    /**
     * Returns what it has left that the next command would find; empty if nothing. If not empty, no
     * command may follow.
     */
    String left() {
      return left;
    }

    private void heard(String what) {
      Matcher end = ENDED.matcher(what);
      if (what.equals("began")) {
        began.complete(null);
      } else if (end.matches()) {
        began.completeExceptionally(new IOException("The command has no streams"));
        left = end.group(2) == null ? "" : plain(end.group(2));
        ended.complete(Integer.valueOf(end.group(1)));
      }
    }

    private void fail(IOException cause) {
      began.completeExceptionally(cause);
      ended.completeExceptionally(cause);
    }
  }
}
