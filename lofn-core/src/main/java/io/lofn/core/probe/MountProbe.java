package io.lofn.core.probe;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lofn.api.ContainerSettings;
import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.core.config.HostPathMapping;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.container.TrackedContainers;
import io.lofn.core.exchange.Exchange;
import io.lofn.core.exchange.ExchangeDirectories;
import io.lofn.core.exchange.ExchangeDisk;
import io.lofn.core.node.ContainerLabels;
import io.lofn.core.node.ProcessUser;
import io.lofn.core.runtime.SelectedRuntime;
import io.lofn.core.shell.ExitCodes;
import io.lofn.core.task.TaskCalls;
import io.lofn.core.task.TaskIdentity;
import io.lofn.core.text.ShellWords;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.Mount;
import io.lofn.spi.PreparedImage;
import io.lofn.spi.RunningContainer;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Tries with one short container what every run stands on: that it sees what this executor wrote
 * into an exchange, and that the executor gets what it writes there, as its own.
 */
public final class MountProbe {

  private static final String IN = "lofn-probe.in";
  private static final String OUT = "lofn-probe.out";

  private static final int UNSEEN = 41;
  private static final int CLOSED = 42;
  private static final int UNWRITABLE = 43;

  /**
   * Its answers are exit codes, since what programs say of a failure differs by image. It enters
   * the directory itself: where that is denied, engines start no container that works there.
   */
  private static final String SCRIPT =
      """
      [ -r . ] && [ -x . ] || exit %d
      [ -e %s ] || exit %d
      : > %s || exit %d
      cat %s > %s
      """
          .formatted(CLOSED, IN, UNSEEN, OUT, UNWRITABLE, IN, OUT);

  private final ExchangeDirectories exchanges;
  private final ContainerLabels containerLabels;
  private final TrackedContainers containers;
  private final HostPathMapping paths;
  private final String target;
  private final Duration patience;

  @Inject
  MountProbe(
      ExchangeDirectories exchanges,
      ContainerLabels containerLabels,
      TrackedContainers containers,
      HostPathMapping paths,
      LofnConfig conf) {
    this.exchanges = exchanges;
    this.containerLabels = containerLabels;
    this.containers = containers;
    this.paths = paths;
    this.target = conf.get(LofnConfig.EXCHANGE_PATH);
    this.patience = conf.get(LofnConfig.ENGINE_TIMEOUT);
  }

  /**
   * Runs a container on disk, and one in memory if exchanges may lie there. Blocks until they have
   * ended.
   *
   * @throws EngineException if the engine cannot run it, for a reason of its own
   * @throws ImageUnavailableException if the image is gone
   */
  public ProbeResult look(SelectedRuntime runtime, PreparedImage image, TaskIdentity task) {
    ProbeResult onDisk = look(runtime, image, task, exchanges.create(task, false));
    Optional<Exchange> inMemory =
        onDisk.kind() == ProbeResult.Kind.GOOD
            ? exchanges.createInMemory(task, false)
            : Optional.empty();
    return inMemory.map(exchange -> look(runtime, image, task, exchange)).orElse(onDisk);
  }

  /**
   * Tries whether this executor can delete what a tool of another user makes.
   *
   * @param user as a tool names it
   */
  ProbeResult lookAs(String user, SelectedRuntime runtime, PreparedImage image, TaskIdentity task) {
    try (Exchange exchange = exchanges.create(task, true)) {
      // A directory would stay for ever where the answer is no; a file tells as much.
      ContainerSpec spec = spec(image, task, exchange.directory(), ": > " + OUT, Optional.of(user));
      int code = run(runtime, spec).code();
      Path out = exchange.directory().resolve(OUT);
      boolean made = Files.isRegularFile(out, LinkOption.NOFOLLOW_LINKS);
      if (code == 0 && !made) {
        return unseen(exchange.directory(), "a file that a container made is not in it");
      }
      if (!made) {
        return ProbeResult.untold("its sh ended with exit code " + code + " when it made a file");
      }
      long its = ProcessUser.ownerOf(out);
      return its == ProcessUser.ownerOf(exchange.directory())
          ? ProbeResult.good()
          : ProbeResult.bad("its files belong to user " + its + " of the node", "");
    } catch (IOException e) {
      throw new EngineException("The probe of %s failed: %s".formatted(runtime, e), e);
    }
  }

  private ProbeResult look(
      SelectedRuntime runtime, PreparedImage image, TaskIdentity task, Exchange made) {
    try (Exchange exchange = made) {
      Path directory = exchange.directory();
      String token = UUID.randomUUID().toString();
      Files.writeString(exchange.newFile(IN), token);
      try {
        ContainerExit exit =
            run(runtime, spec(image, task, directory, SCRIPT, containerLabels.user()));
        return result(directory, token, exit.code());
      } catch (ImageUnavailableException e) {
        throw e;
      } catch (EngineException e) {
        return refused(directory, e).orElseThrow(() -> e);
      }
    } catch (IOException e) {
      throw new EngineException("The probe of %s failed: %s".formatted(runtime, e), e);
    }
  }

  private ContainerSpec spec(
      PreparedImage image,
      TaskIdentity task,
      Path directory,
      String script,
      Optional<String> user) {
    String name = containerLabels.newName("lofn-probe", task);
    ContainerSettings.Builder settings = ContainerSettings.defaults().toBuilder();
    containerLabels.labels(task).forEach(settings::label);
    user.ifPresent(settings::user);
    settings.workingDirectory("/").label(ContainerLabels.RUN, name);
    String there = "cd %s || exit %d\n%s".formatted(ShellWords.quote(target), CLOSED, script);
    return ContainerSpec.builder(name, image.id())
        .mount(new Mount(directory, target, false))
        .command(List.of("sh", "-c", there))
        .settings(settings.build())
        .build();
  }

  private ContainerExit run(SelectedRuntime runtime, ContainerSpec spec) {
    try (RunningContainer container = containers.start(runtime.runtime(), spec)) {
      Instant end = Instant.now().plus(patience);
      Optional<ContainerExit> exit = Optional.empty();
      while (exit.isEmpty()) {
        if (Instant.now().isAfter(end)) {
          throw new EngineException(
              "The probe of %s did not end within %s (%s); look whether the engine can run any container"
                  .formatted(runtime, patience, LofnConfig.ENGINE_TIMEOUT.name()));
        }
        exit = container.await(TaskCalls.POLL);
      }
      return exit.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException("The probe of %s was interrupted".formatted(runtime), e);
    }
  }

  private ProbeResult result(Path directory, String token, int code) throws IOException {
    return switch (code) {
      case 0 -> written(directory, token);
      case UNSEEN -> unseen(directory, "it is another directory there");
      case CLOSED -> denied("read", directory);
      case UNWRITABLE -> denied("write", directory);
      case ExitCodes.NOT_FOUND, ExitCodes.NOT_EXECUTABLE ->
          ProbeResult.untold("the image has no sh and cat to try it with");
      default -> ProbeResult.untold("the probe's sh or cat ended with exit code " + code);
    };
  }

  private ProbeResult written(Path directory, String token) throws IOException {
    Path out = directory.resolve(OUT);
    if (!Files.isRegularFile(out, LinkOption.NOFOLLOW_LINKS)) {
      return unseen(directory, "what it wrote there did not come back");
    }
    long mine = ProcessUser.ownerOf(directory);
    long its = ProcessUser.ownerOf(out);
    if (mine != its || !Files.isReadable(out)) {
      return ProbeResult.bad(
          "what a container writes into %s belongs to user %s, not to the executor's user %s"
              .formatted(directory, its, mine),
          USERS);
    }
    try (InputStream in = Files.newInputStream(out)) {
      return new String(in.readNBytes(token.length() + 1), UTF_8).equals(token)
          ? ProbeResult.good()
          : unseen(directory, "it has other files there");
    }
  }

  /** The engine's refusal of the directory; empty if it refused something else. */
  private Optional<ProbeResult> refused(Path directory, EngineException e) {
    String text = String.valueOf(e.getMessage());
    if (!text.contains(paths.map(directory).toString())) {
      return Optional.empty();
    }
    return Optional.of(
        ProbeResult.isDenied(text)
            ? denied("mount", directory)
            : unseen(directory, "the engine says: " + text.strip()));
  }

  private ProbeResult unseen(Path directory, String why) {
    Path there = paths.map(directory);
    String mapped = paths.isEmpty() ? "" : ", which it is told to call " + there;
    return ProbeResult.bad(
        "the engine does not see the executor's directory %s%s: %s"
            .formatted(directory, mapped, why),
        "If the executor runs in a container, mount a directory of the node into it, keep lofn's files there (%s), and let %s say what the node calls it: PATH-OF-EXECUTOR=PATH-OF-NODE; if the engine is on another machine, use one of this machine. See docs/kubernetes.md."
            .formatted(LofnConfig.TMP_DIR.name(), LofnConfig.HOST_PATH_MAP.name()));
  }

  private ProbeResult denied(String what, Path directory) {
    boolean seLinux = ExchangeDisk.of(directory).seLinux();
    return ProbeResult.bad(
        "a container as user %s may not %s the executor's directory %s"
            .formatted(containerLabels.user().orElse("of the image"), what, directory),
        seLinux
            ? "SELinux is enforced on this node and keeps containers out: label the directory container_file_t, or let %s name one that is."
                .formatted(LofnConfig.TMP_DIR.name())
            : USERS);
  }

  private static final String USERS =
      "The engine gives users other numbers than the executor does (user namespaces): use a"
          + " rootless engine of the executor's own user, or a rootful one without userns-remap.";
}
