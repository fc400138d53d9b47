package io.lofn.core.node;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.hash.Hashing;
import io.lofn.api.LofnException;
import io.lofn.core.task.TaskIdentity;
import io.lofn.spi.ContainerSummary;
import jakarta.inject.Inject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The labels that identify the owner of a container, and the user that the container runs as. */
public final class ContainerLabels {

  /** Marks every container of lofn; its value is the version. */
  public static final String MARK = "io.lofn";

  /**
   * Identifies the lofn of an executor that made a container: there is one for each configuration.
   */
  private static final String MAKER = "io.lofn.maker";

  /** Identifies one start of a container; its value is the container's name. */
  public static final String RUN = "io.lofn.run";

  private static final int MARK_LENGTH = 10;

  private static final Logger LOG = LoggerFactory.getLogger(ContainerLabels.class);

  private final ProcessIdentity owner;
  private final String maker = UUID.randomUUID().toString();
  private final Optional<String> user = executorUser();

  @Inject
  public ContainerLabels(ProcessIdentity owner) {
    this.owner = owner;
  }

  /** Returns the labels by which a container is found and its owner is identified. */
  public Map<String, String> labels(TaskIdentity task) {
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put(MARK, Version.current());
    labels.putAll(task.labels());
    labels.putAll(owner.labels());
    labels.put(MAKER, maker);
    return labels;
  }

  /**
   * Returns a new container name. No repeated start has the same, since a failed start may have
   * left its container for now.
   *
   * @param kind the first part of the name
   */
  public String newName(String kind, TaskIdentity task) {
    String begin =
        "%s-%s-%s"
            .formatted(
                kind,
                task.fileName(),
                Long.toString(ThreadLocalRandom.current().nextLong(1L << 40), Character.MAX_RADIX));
    return begin + "-" + mark(begin, owner);
  }

  /** Returns the part of a name that ties it to the labels of its owner. */
  private static String mark(String begin, ProcessIdentity owner) {
    String text = begin + " " + owner.labels();
    return Hashing.sha256().hashString(text, UTF_8).toString().substring(0, MARK_LENGTH);
  }

  /**
   * Returns the owner of a container of lofn. The labels alone are no proof: an image can carry
   * them, and then every container has them that somebody makes of it.
   *
   * @return empty unless the name is one that lofn makes, and the labels agree with it
   */
  public static Optional<ProcessIdentity> ownerOf(ContainerSummary container) {
    Map<String, String> labels = container.labels();
    String name = container.name();
    int end = name.lastIndexOf('-');
    ProcessIdentity owner = ProcessIdentity.fromLabels(labels);
    boolean agree =
        owner != null
            && end > 0
            && name.startsWith("lofn-")
            && name.equals(labels.get(RUN))
            && labels.containsKey(MARK)
            && name.substring(end + 1).equals(mark(name.substring(0, end), owner));
    return agree ? Optional.of(owner) : Optional.empty();
  }

  /** Returns whether this lofn made a container, and not another one. */
  public boolean isOwn(ContainerSummary container) {
    return maker.equals(container.labels().get(MAKER)) && ownerOf(container).isPresent();
  }

  /**
   * Returns the executor's user and group, {@code uid:gid}; empty if the system does not tell them.
   */
  public Optional<String> user() {
    return user;
  }

  private static Optional<String> executorUser() {
    try {
      return Optional.of(ProcessUser.current().toString());
    } catch (LofnException e) {
      LOG.warn("Cannot determine the executor's user id;  tools run as the user of their image", e);
      return Optional.empty();
    }
  }
}
