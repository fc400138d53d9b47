package io.lofn.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A program: performs an operation on a tree thousands of times, while a thread swaps a directory
 * of the tree for a link to the user's home, to a file and a directory there, for a named pipe, for
 * a file. Fails if the home is reached.
 *
 * <p>Arguments: the operation, and a new directory for it.
 */
final class Swapper {

  private static final int TRIES = 3000;

  private static final String SECRET = "secret of the home".repeat(100);

  private final Path home;
  private final Path secret;
  private final Path closed;
  private final Path tree;
  private final Path spare;
  private final AtomicBoolean ended = new AtomicBoolean();
  private final AtomicLong swaps = new AtomicLong();

  private Swapper(Path base) throws IOException {
    home = Files.createDirectories(base.resolve("home"));
    secret = Files.writeString(home.resolve("secret"), SECRET);
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    closed = Files.createDirectory(home.resolve("closed"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("r-x------"));
    tree = base.resolve("tree");
    spare = Files.createDirectory(base.resolve("spare"));
  }

  public static void main(String[] arguments) throws Exception {
    Swapper swapper = new Swapper(Path.of(arguments[1]));
    Process pipe = new ProcessBuilder("mkfifo", swapper.spare.resolve("pipe").toString()).start();
    check(pipe.waitFor() == 0, "mkfifo");
    Files.writeString(swapper.spare.resolve("file"), "tool");
    Thread thread = new Thread(swapper::swap);
    thread.setDaemon(true);
    thread.start();
    for (int i = 0; i < TRIES || swapper.swaps.get() < TRIES; i++) {
      swapper.attempt(arguments[0]);
      swapper.checkHome();
    }
    swapper.ended.set(true);
    thread.join();
    System.out.println(swapper.swaps + " swaps");
  }

  private void attempt(String what) throws IOException {
    make(tree.resolveSibling("fresh"));
    try {
      switch (what) {
        case "delete" -> FileTree.delete(tree, Writers.LIVING);
        case "empty" -> FileTree.empty(tree, Writers.LIVING);
        case "measure" -> check(FileTree.measure(tree).bytes() <= 100, "measured the home");
        case "walk" ->
            FileTree.walk(tree, (name, is) -> check(is.size() <= 100, "walked in the home"));
        case "read" -> read();
        default -> throw new IllegalArgumentException(what);
      }
    } catch (IOException somethingStayed) {
      return;
    }
  }

  private void read() throws IOException {
    try (ReadableFile file = FileTree.read(tree, Path.of("a", "secret"))) {
      String text = new String(file.stream().readAllBytes(), UTF_8);
      check(text.equals("tool"), "read " + text);
    }
  }

  /** Puts a new directory into the tree, if there is none. */
  private void make(Path fresh) throws IOException {
    Files.createDirectories(tree);
    Files.createDirectories(fresh.resolve("b"));
    Files.writeString(fresh.resolve("secret"), "tool");
    Files.writeString(fresh.resolve("b/secret"), "tool");
    try {
      Files.move(fresh, tree.resolve("a"), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException somethingIsThere) {
      return;
    }
  }

  private void swap() {
    Path away = spare.resolve("a");
    for (int i = 0; !ended.get(); i++) {
      Path victim = tree.resolve(i % 2 == 0 ? "a" : "a/b");
      try {
        Files.move(victim, away, StandardCopyOption.ATOMIC_MOVE);
        decoy(victim, i / 2 % 5);
        swaps.incrementAndGet();
        Files.delete(victim);
        Files.move(away, victim, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException meanwhile) {
        clear(away);
      }
    }
  }

  private void decoy(Path victim, int kind) throws IOException {
    switch (kind) {
      case 0 -> Files.createSymbolicLink(victim, home);
      case 1 -> Files.createSymbolicLink(victim, secret);
      case 2 -> Files.createSymbolicLink(victim, closed);
      case 3 -> Files.createLink(victim, spare.resolve("pipe"));
      default -> Files.createLink(victim, spare.resolve("file"));
    }
  }

  private static void clear(Path away) {
    try {
      FileTree.delete(away, Writers.GONE);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void checkHome() throws IOException {
    check(Files.readString(secret).equals(SECRET), "the secret is as it was");
    check(mode(secret).equals("rw-------"), "its mode is as it was");
    check(mode(closed).equals("r-x------"), "the mode of a directory is as it was");
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static void check(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }
}
