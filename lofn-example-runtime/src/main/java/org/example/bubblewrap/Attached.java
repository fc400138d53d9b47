package org.example.bubblewrap;

import io.lofn.api.EngineException;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.UnbufferedOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The process {@code bwrap} and its streams, which are those of the tool. */
final class Attached {

  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  /** The beginning of bwrap's messages when it fails, and when the tool's program is the reason. */
  private static final String COMPLAINT = "bwrap: ";

  private static final String NO_PROGRAM = COMPLAINT + "execvp ";

  private final Process process;
  private final Optional<ProcessHandle> first;
  private final OutputStream stdin;
  private final HeadKeepingStream stderr;

  private Attached(Process process) {
    this.process = process;
    this.first = first(process);
    this.stdin = new UnbufferedOutputStream(process.getOutputStream());
    this.stderr = new HeadKeepingStream(process.getErrorStream());
  }

  static Attached start(String command, List<String> arguments, ContainerSpec spec)
      throws IOException {
    // A tool that crashes leaves no file of its memory in the exchange.
    List<String> commandLine = new ArrayList<>(List.of("prlimit", "--core=0:0", "--", command));
    commandLine.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(commandLine)
            .redirectInput(spec.stdin() ? Redirect.PIPE : Redirect.from(new File("/dev/null")));
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.put("PATH", PATH);
    environment.put("HOME", "/");
    SandboxArguments.variables(spec).entrySet().stream()
        .filter(variable -> SandboxArguments.comesWithTheEnvironment(variable.getKey()))
        .forEach(variable -> environment.put(variable.getKey(), variable.getValue()));
    return new Attached(builder.start());
  }

  /** Waits for process 1 of the sandbox, or for the end of bwrap. */
  private static Optional<ProcessHandle> first(Process process) {
    Optional<ProcessHandle> first = process.children().findFirst();
    while (first.isEmpty() && process.isAlive()) {
      Thread.onSpinWait();
      first = process.children().findFirst();
    }
    return first;
  }

  OutputStream stdin() {
    return stdin;
  }

  InputStream stdout() {
    return process.getInputStream();
  }

  InputStream stderr() {
    return stderr;
  }

  /**
   * Waits for the end, also of the processes that the tool has left: bwrap ends before process 1,
   * and that after all others.
   *
   * @throws EngineException if bwrap failed, not the tool
   */
  ContainerExit end() throws InterruptedException, IOException {
    int code = process.waitFor();
    while (first.filter(Attached::runs).isPresent()) {
      Thread.sleep(1);
    }
    String complaint = code == 1 ? stderr.head() : "";
    if (complaint.startsWith(NO_PROGRAM)) {
      code = complaint.contains("No such file or directory") ? 127 : 126;
    } else if (complaint.startsWith(COMPLAINT)) {
      throw new EngineException(complaint.strip());
    }
    return new ContainerExit(code, false);
  }

  /**
   * Sends the stop signal to the tool. Not to bwrap, which would not forward it.
   *
   * @return whether there is a tool
   */
  boolean ask() {
    Optional<ProcessHandle> tool =
        process.children().flatMap(ProcessHandle::children).filter(Attached::isTool).findFirst();
    tool.ifPresent(ProcessHandle::destroy);
    return tool.isPresent();
  }

  /**
   * Returns whether this is the tool, which is process 2 in the sandbox. Its orphans, too, become
   * children of process 1.
   */
  private static boolean isTool(ProcessHandle handle) {
    return status(handle).anyMatch(line -> line.startsWith("NSpid:") && line.endsWith("\t2"));
  }

  /** A zombie does not run: it waits for its new parent to ask for its exit code. */
  private static boolean runs(ProcessHandle handle) {
    return handle.isAlive() && status(handle).noneMatch(line -> line.startsWith("State:\tZ"));
  }

  private static Stream<String> status(ProcessHandle handle) {
    try {
      return Files.readAllLines(Path.of("/proc", Long.toString(handle.pid()), "status")).stream();
    } catch (IOException e) {
      return Stream.empty(); // The process has ended.
    }
  }

  /**
   * Kills process 1 of the sandbox, if it exists already: all others end with it, and bwrap ends.
   * Never kills bwrap itself: a process 1 that has just started is not yet set up to end with
   * bwrap.
   */
  void killInside() {
    process.children().forEach(ProcessHandle::destroyForcibly);
  }
}
