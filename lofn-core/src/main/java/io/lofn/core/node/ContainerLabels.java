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

/** Whose a container is: the labels that say so, and the user it runs as. */
public final class ContainerLabels {

  /** Marks every container of lofn; its value is the version. */
  public static final String MARK = "io.lofn";

  /** Which of an executor's lofns made a container: there is one for each configuration. */
  private static final String MAKER = "io.lofn.maker";

  /** Which start of a container it was: the container's name. */
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

  /** Labels by which a container is found and its owner is told. */
  public Map<String, String> labels(TaskIdentity task) {
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put(MARK, Version.current());
    labels.putAll(task.labels());
    labels.putAll(owner.labels());
    labels.put(MAKER, maker);
    return labels;
  }

  /**
   * A name that no repeated start shares, since a failed one may have left its container for now.
   *
   * @param kind begins the name
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

  /** What ties a name to the labels by which its owner is told. */
  private static String mark(String begin, ProcessIdentity owner) {
    String text = begin + " " + owner.labels();
    return Hashing.sha256().hashString(text, UTF_8).toString().substring(0, MARK_LENGTH);
  }

  /**
   * The owner of a container of lofn's. Its labels alone do not tell it: whoever makes an image can
   * give it these, and with them every container that somebody else makes of it.
   *
   * @return empty unless the name is one that lofn gives, and the labels agree with it
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

  /** Whether this lofn made a container, and not another one. */
  public boolean isOwn(ContainerSummary container) {
    return maker.equals(container.labels().get(MAKER)) && ownerOf(container).isPresent();
  }

  /** The executor's own user and group, {@code uid:gid}; empty where the system does not tell. */
  public Optional<String> user() {
    return user;
  }

  private static Optional<String> executorUser() {
    try {
      return Optional.of(ProcessUser.current().toString());
    } catch (LofnException e) {
      LOG.warn("Cannot tell the executor's user id; tools run as the user of their image", e);
      return Optional.empty();
    }
  }
}
