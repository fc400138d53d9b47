package io.lofn.spi;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Runs containers on this node. One instance serves every task of an executor JVM, so it is
 * thread-safe; nothing of it is shared between JVMs.
 *
 * <p>Every call has a deadline and fails with {@link io.lofn.api.EngineException} when the engine
 * does not answer, cannot be reached or refuses. A failure that may pass says so, and is then
 * repeated by the caller; a runtime itself repeats nothing.
 */
public interface ContainerRuntime extends AutoCloseable {

  /**
   * Who runs the containers, for logs and failure reports.
   *
   * @return one line such as {@code docker 28.1.1 (API 1.49) at unix:///var/run/docker.sock}
   */
  String engine();

  /**
   * What cannot be had here of what a spec may ask for: because the program behind this runtime
   * cannot do it, or because this node does not let it.
   *
   * <p>Who starts a container decides what that means before it calls {@link #start}: lofn refuses
   * what a tool asks for by name and warns of what was only a default. So {@link #start} may go on
   * as if it had not been asked, or refuse; it never does something third.
   *
   * @return nothing unless overridden; the same as long as the runtime lives
   */
  default Set<RuntimeFeature> unsupportedFeatures() {
    return Set.of();
  }

  /**
   * Whether the streams of containers are pipes of this node's kernel that lead to the tool itself,
   * and nothing is in between: an output ends only when the container has ended or all who hold it
   * have closed it; who writes to an output that was closed here gets SIGPIPE; and no more of what
   * is not read is kept than a pipe holds.
   *
   * <p>Named pipes would then carry nothing faster, so for a container of one run lofn asks for
   * none, and for no shell to open them; a container that serves many runs has both. Where a tool
   * may end with another code than 0 it still starts it by a shell, which tells a command that
   * could not be executed from one that ended so.
   *
   * @return {@code false} unless overridden; the same as long as the runtime lives
   */
  default boolean directStreams() {
    return false;
  }

  /**
   * Whether an option in the engine's own words gives a tool nothing of the node: no privilege,
   * device, file, socket, variable, namespace, or share that is another's. Options of which that is
   * not known are refused unless {@code spark.lofn.allow.privileged} allows them.
   *
   * @param option one of {@link io.lofn.api.ContainerSettings#engineOptions()}, with its value
   * @return {@code false} unless overridden: nothing is known of any option
   */
  default boolean isHarmless(String option) {
    return false;
  }

  /**
   * The program by which a person runs containers of this engine, if it understands what {@code
   * docker run} understands. A run that failed is kept with a script that repeats it by this.
   *
   * @return the program and the options that lead it to this engine, none of them secret; empty
   *     unless overridden: there is no such program
   */
  default List<String> commandLine() {
    return List.of();
  }

  /**
   * Makes an image present on this node.
   *
   * @param request the image, and when to ask a registry
   * @return the image's immutable name on this node
   * @throws io.lofn.api.ImageUnavailableException if it is unknown, denied, or not to be pulled
   */
  PreparedImage prepare(ImageRequest request);

  /**
   * Starts a container. Its streams are attached before its process runs, so no output is lost.
   * When this throws, nothing is left behind.
   *
   * <p>A command that does not exist or cannot be executed is the tool's failure: the container is
   * returned and ends with exit code 127 or 126, the engine's message on its standard error.
   *
   * @param spec what to run
   * @return the container
   * @throws io.lofn.api.EngineException if the engine cannot, or this runtime cannot honour the
   *     spec
   */
  RunningContainer start(ContainerSpec spec);

  /**
   * Containers of this engine, running or not.
   *
   * @param labels names and values that all must match
   * @return what was found
   */
  List<ContainerSummary> list(Map<String, String> labels);

  /**
   * Kills and removes a container. One that does not exist is no error.
   *
   * @param id the container's id
   */
  void remove(String id);

  /** Releases connections. Containers are not touched. Idempotent. */
  @Override
  void close();
}
