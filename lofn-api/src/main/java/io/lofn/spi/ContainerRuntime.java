package io.lofn.spi;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Runs containers on this node. One instance serves all tasks of an executor JVM, so it must be
 * thread-safe; JVMs share nothing of it.
 *
 * <p>Every call has a deadline and fails with {@link io.lofn.api.EngineException} if the engine
 * does not answer, cannot be reached or refuses. The caller retries failures that are marked as
 * transient; a runtime itself retries nothing.
 */
public interface ContainerRuntime extends AutoCloseable {

  /**
   * Returns a description of the engine, for logs and failure reports.
   *
   * @return one line such as {@code docker 28.1.1 (API 1.49) at unix:///var/run/docker.sock}
   */
  String engine();

  /**
   * Returns what a spec may ask for and this runtime does not support: because the program behind
   * it does not, or because this node does not permit it.
   *
   * <p>The caller decides what that means before it calls {@link #start}: lofn refuses what a tool
   * asks for by name, and warns of what was only a default. So {@link #start} may ignore the
   * setting or refuse; it must do nothing else.
   *
   * @return nothing unless overridden; the same as long as the runtime lives
   */
  default Set<RuntimeFeature> unsupportedFeatures() {
    return Set.of();
  }

  /**
   * Returns whether the streams of containers are pipes of this node's kernel that lead directly to
   * the tool: an output ends only when the container has ended, or when all processes that hold it
   * have closed it; a process that writes to an output that was closed here gets SIGPIPE; and
   * unread output is kept only up to the size of a pipe.
   *
   * <p>Named pipes would then not be faster, so for a container of one run lofn uses none, and no
   * shell to open them; a container that serves many runs has both. If a tool may end with another
   * code than 0, lofn still starts it by a shell, which tells a command that could not be executed
   * from one that ended with the same code.
   *
   * @return {@code false} unless overridden; the same as long as the runtime lives
   */
  default boolean directStreams() {
    return false;
  }

  /**
   * Returns whether an option for the engine gives a tool nothing of the node: no privilege,
   * device, file, socket, variable, namespace, or share of another's. Other options are refused
   * unless {@code spark.lofn.allow.privileged} permits them.
   *
   * @param option one of {@link io.lofn.api.ContainerSettings#engineOptions()}, with its value
   * @return {@code false} unless overridden: no option is known to be harmless
   */
  default boolean isHarmless(String option) {
    return false;
  }

  /**
   * Returns the command with which a user runs containers of this engine, if it has the options of
   * {@code docker run}. The replay script of a failed run uses it.
   *
   * @return the program and the options that select this engine, none of them secret; empty unless
   *     overridden: there is no such program
   */
  default List<String> commandLine() {
    return List.of();
  }

  /**
   * Makes an image available on this node.
   *
   * @param request the image and its pull policy
   * @return the image's immutable name on this node
   * @throws io.lofn.api.ImageUnavailableException if it is unknown, denied, or must not be pulled
   */
  PreparedImage prepare(ImageRequest request);

  /**
   * Starts a container. Its streams are attached before its process runs, so no output is lost. If
   * this throws, nothing is left behind.
   *
   * <p>A command that does not exist or cannot be executed is a failure of the tool: the container
   * is returned and ends with exit code 127 or 126, with the engine's message on its standard
   * error.
   *
   * @param spec the container
   * @return the container
   * @throws io.lofn.api.EngineException if the engine fails, or this runtime does not support the
   *     spec
   */
  RunningContainer start(ContainerSpec spec);

  /**
   * Returns containers of this engine, running or not.
   *
   * @param labels names and values that must all match
   * @return what was found
   */
  List<ContainerSummary> list(Map<String, String> labels);

  /**
   * Kills and removes a container. A missing container is no error.
   *
   * @param id the container's id
   */
  void remove(String id);

  /** Releases connections, and does not touch containers. Idempotent. */
  @Override
  void close();
}
