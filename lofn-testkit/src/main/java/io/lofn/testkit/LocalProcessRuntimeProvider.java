package io.lofn.testkit;

import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerRuntimeProvider;
import io.lofn.spi.RuntimeConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Runs commands as plain processes of this node, without an engine, for unit tests of programs that
 * use lofn, with {@code spark.lofn.runtime=process}. It needs {@code /bin/sh} and {@code
 * /usr/bin/env}, and no configuration.
 *
 * <p><b>Nothing is isolated.</b> A tool has the files, the network and the rights of this JVM.
 * Limits, capabilities, read-only mounts and similar settings are accepted and have no effect;
 * another user than that of this JVM, a named network and engine options are refused.
 *
 * <p><b>Images</b> are any names, and the programs are those of this node, found through {@code
 * PATH}. An image whose name starts with {@code missing} is not available, for tests of that
 * failure. No image has an entrypoint, and the command of every image is {@code sh}.
 *
 * <p><b>Mounts:</b> a process cannot mount, so the target of a mount, and of a tmpfs, is replaced
 * by a path of this node wherever it is found as a whole path or the beginning of one: in the
 * arguments (scripts among them), the values of environment variables, and the working directory.
 * With a mount at {@code /shared}, the paths in {@code < /shared/input.txt} and {@code
 * --in=/shared} are replaced, those in {@code /shared-2}, {@code /data/shared} and {@code
 * $HOME/shared} are not. A tool that builds such a path from parts, or reads it from a file, does
 * not find it; and listing a mount does not show another mount inside it. A tool that prints its
 * own path prints the replaced one. A mount at {@code /tmp} has no effect: a tool uses the node's.
 *
 * <p>Without a working directory a tool starts in an empty one, which is deleted with the
 * container. Processes that a tool leaves behind are killed when it ends: all of them on Linux,
 * elsewhere those that still descend from it.
 */
public final class LocalProcessRuntimeProvider implements ContainerRuntimeProvider {

  /** Creates the provider; does no work. */
  public LocalProcessRuntimeProvider() {}

  @Override
  public String name() {
    return "process";
  }

  @Override
  public int priority() {
    return NAMED_ONLY;
  }

  @Override
  public Optional<String> unavailableReason(RuntimeConfig config) {
    for (String program : new String[] {LocalProcessCommand.SHELL, LocalProcessCommand.ENV}) {
      if (!Files.isExecutable(Path.of(program))) {
        return Optional.of(program + " does not exist; the runtime 'process' needs a Unix system");
      }
    }
    return Optional.empty();
  }

  @Override
  public ContainerRuntime create(RuntimeConfig config) {
    return new LocalProcessRuntime();
  }
}
