package io.lofn.spi;

import java.util.List;

/**
 * A {@link ContainerRuntime} that has no command line with the options of {@code docker run}, but a
 * program that runs a container from a document. The replay script of a failed run uses it.
 */
public interface ReplayDocuments {

  /**
   * Describes a container for {@link #replayCommand}. It may contain secrets: the tool's variables.
   *
   * @param spec the container; the sources of its mounts need not exist yet
   * @return the document
   * @throws io.lofn.api.EngineException if the container cannot be described
   */
  byte[] replayDocument(ContainerSpec spec);

  /**
   * Returns the command that runs the container of a document to its end, with the command's own
   * standard streams, and ends with the tool's exit code.
   *
   * @return the words before the path of the document
   */
  List<String> replayCommand();
}
