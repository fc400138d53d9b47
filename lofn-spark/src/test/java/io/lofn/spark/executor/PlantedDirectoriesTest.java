package io.lofn.spark.executor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.LofnException;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.exchange.ExchangeDirectories;
import io.lofn.core.node.NodeEnvironment;
import io.lofn.core.node.NodeLocks;
import io.lofn.core.node.ProcessIdentity;
import io.lofn.core.node.ProcessUser;
import io.lofn.core.task.TaskIdentity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What another user of the node has put where lofn keeps files is neither deleted nor used. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PlantedDirectoriesTest {

  private static final ProcessIdentity ME = ProcessIdentity.current();
  private static final ProcessIdentity DEAD =
      new ProcessIdentity(ME.host(), ME.machine(), ME.boot(), ME.namespace(), ME.pid(), "0");

  private static Neighbours users;
  private static String home;

  @BeforeAll
  static void findUsers() throws Exception {
    users = new Neighbours();
    home = users.home();
  }

  @AfterAll
  static void end() throws Exception {
    users.close();
  }

  /** A directory that all may write, with private files of the victim in it. */
  private static Path shared() throws Exception {
    Path shared = users.shared();
    users.asVictim(
        shared,
        script(
            "umask 077; mkdir -p private/HOME/DEAD private/DEAD; echo secret >"
                + " private/HOME/DEAD/secret; echo secret > private/DEAD/secret"));
    return shared;
  }

  private static String script(String text) {
    return text.replace("HOME", home).replace("DEAD", DEAD.directoryName());
  }

  @Test
  void theSweepDeletesNothingThatAnotherUserPlantedNorWhereItLeads() throws Exception {
    List<Path> all = new ArrayList<>();
    List<String> locals = new ArrayList<>();
    for (String plant :
        List.of(
            "mkdir -p HOME/DEAD/run; echo theirs > HOME/DEAD/run/file; chmod 700 HOME",
            "mkdir -p HOME/DEAD/run; echo theirs > HOME/DEAD/run/file; chmod 777 HOME",
            "ln -s private HOME",
            "mkdir HOME; chmod 755 HOME; ln -s ../private/DEAD HOME/DEAD",
            "mkdir spark-2; ln -s ../private spark-2/executor-2",
            "mkdir -p spark-2/executor-2; ln -s ../../private/HOME spark-2/executor-2/HOME",
            "ln -s private spark-2; ln -s . executor-2",
            "mkdir -p spark-2/executor-2/HOME/DEAD/run; chmod 700 spark-2/executor-2/HOME")) {
      Path shared = shared();
      users.attack(shared, script(plant));
      users.asVictim(shared, "mkdir -p spark-1/executor-1");
      all.add(shared);
      locals.add(shared.toString());
      locals.add(shared + "/spark-1/executor-1");
    }
    List<String> before = listing(all);

    assertThat(users.run(CleanUp.class, locals.toArray(String[]::new))).isEqualTo("swept");

    assertThat(listing(all)).isEqualTo(before);
  }

  /** Root sees all of it. */
  private static List<String> listing(List<Path> directories) throws Exception {
    List<String> command = new ArrayList<>(List.of("find"));
    directories.forEach(each -> command.add(each.toString()));
    Process find = new ProcessBuilder(command).start();
    String text = new String(find.getInputStream().readAllBytes(), UTF_8);
    assertThat(find.waitFor()).isZero();
    return text.lines().sorted().toList();
  }

  @Test
  void ofTheVictimsOwnOnlyWhatIsClosedToOthersIsSwept() throws Exception {
    Path open = shared();
    users.asVictim(open, script("mkdir -p HOME/DEAD/run; chmod 777 HOME"));
    Path closed = shared();
    users.asVictim(
        closed, script("umask 077; mkdir -p HOME/DEAD/run; echo x > HOME/DEAD/run/file"));

    users.run(CleanUp.class, open.toString(), closed.toString());

    assertThat(open.resolve(home).resolve(DEAD.directoryName()).resolve("run")).exists();
    assertThat(closed.resolve(home)).doesNotExist();
  }

  @Test
  void whatStandsInForTheVictimsDirectoryIsNamedAtOnceForLocksAndExchanges() throws Exception {
    int owner = users.areTwo() ? Neighbours.ATTACKER : (int) ProcessUser.current().uid();
    for (String plant :
        List.of("mkfifo HOME", "echo x > HOME", "mkdir -m 755 HOME", "ln -s private HOME")) {
      Path shared = shared();
      users.attack(shared, script(plant));

      List<String> said = users.run(Use.class, shared.toString()).lines().toList();

      assertThat(said)
          .as(plant)
          .hasSize(2)
          .allMatch(line -> line.contains(shared.resolve(home).toString()), "says where")
          .allMatch(line -> line.contains("" + owner) || !users.areTwo(), "says whose")
          .allMatch(line -> line.contains("spark.lofn.tmp.dir"), "says what to do");
    }
  }

  /** Any user could guess the name of a lock in a directory that all users write. */
  @Test
  void noNameInASharedDirectoryIsALock() throws Exception {
    Path shared = shared();

    assertThat(users.run(Use.class, shared.toString())).isEmpty();

    try (Stream<Path> names = Files.list(shared)) {
      assertThat(names).containsExactly(shared.resolve("private"));
    }
  }

  private static ExchangeDirectories exchanges(String directory) {
    return new ExchangeDirectories(
        new NodeEnvironment(List.of(Path.of(directory)), new WorkerDirectories()),
        ME,
        new LofnConfig(Map.of()));
  }

  /** Cleans up as if an engine had no containers left. */
  static final class CleanUp {

    private CleanUp() {}

    public static void main(String[] arguments) {
      for (String directory : arguments) {
        try (ExchangeDirectories exchanges = exchanges(directory)) {
          exchanges.reap(Map.of("engine", Set.of()));
        }
      }
      System.out.print("swept");
    }
  }

  /** Takes a lock and makes an exchange, and prints why not. */
  static final class Use {

    private Use() {}

    public static void main(String[] arguments) {
      LofnConfig conf = new LofnConfig(Map.of("spark.lofn.tmp.dir", arguments[0]));
      try (NodeLocks.Held held = new NodeLocks(conf).hold("name", Duration.ofMinutes(5))) {
        System.out.print("");
      } catch (LofnException e) {
        System.out.println(e.getMessage());
      }
      try (ExchangeDirectories all = exchanges(arguments[0])) {
        all.create(new TaskIdentity("app", 0, 0, 0, 0), false).close();
      } catch (LofnException e) {
        System.out.println(e.getMessage());
      }
    }
  }
}
