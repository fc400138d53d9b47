package io.lofn.runtime.embedded.registry;

import io.lofn.api.EngineException;
import io.lofn.http.RegistryFailures;
import io.lofn.http.RegistryPull;
import io.lofn.http.StoredCredentials;
import io.lofn.image.ImageArchive;
import io.lofn.spi.ImageReference;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.RuntimeConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gets images from registries. Thread-safe. */
public final class RegistryClient {

  private static final Logger LOG = LoggerFactory.getLogger(RegistryClient.class);

  private final Sources sources;
  private final StoredCredentials stored;
  private final RegistryFailures failures;

  /** Takes an image that comes. */
  @FunctionalInterface
  public interface Receiver {

    /**
     * Takes an image, of which each layer may be read as soon as it is there.
     *
     * @param image an archive with this image only, open until this returns
     * @param digest by which the registry knows the image, or its index
     * @throws IOException if it cannot be taken
     */
    void take(ImageArchive image, String digest) throws IOException;
  }

  private RegistryClient(Sources sources, StoredCredentials stored, RegistryFailures failures) {
    this.sources = sources;
    this.stored = stored;
    this.failures = failures;
  }

  /** Returns the keys of the runtime that it reads, and what they mean. */
  public static Map<String, String> properties() {
    return Map.of(
        Sources.MIRRORS,
        "mirrors of registries, asked in this order before the registry: [REGISTRY=]HOST[:PORT][/PREFIX],"
            + " of docker.io without REGISTRY",
        Sources.INSECURE,
        "registries, mirrors, token services and stores of layers that use HTTP: HOST[:PORT]; none"
            + " unless set");
  }

  /**
   * Creates a client.
   *
   * @param config the runtime's configuration
   * @param credentials files of docker and podman, which need not exist; the first one is named to
   *     users
   * @return the client
   * @throws EngineException if the configuration is wrong
   */
  public static RegistryClient of(RuntimeConfig config, List<Path> credentials) {
    return new RegistryClient(
        Sources.parse(config.property(Sources.MIRRORS), config.property(Sources.INSECURE)),
        new StoredCredentials(credentials),
        RegistryFailures.ofLofn(credentials.get(0)));
  }

  /**
   * Returns the digest that a name stands for in its registry now.
   *
   * @param request the image
   * @return such as {@code sha256:...}
   * @throws EngineException if none can be had now
   */
  public String digest(ImageRequest request) {
    ImageReference image = ImageReference.parse(request.reference());
    try {
      long deadline = System.nanoTime() + request.pullTimeout().toNanos();
      return first(image, deadline, endpoint -> new Pull(endpoint).digest());
    } catch (EngineException e) {
      throw failures.explain(image, e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns that digest, and waits for it within a timeout if the registry refuses for the number
   * of requests.
   *
   * @param image its name
   * @param timeout how long it may take
   * @return such as {@code sha256:...}
   * @throws EngineException if none can be had
   * @throws IOException never: no file is written
   */
  public String digest(ImageReference image, Duration timeout) throws IOException {
    return patiently(image, timeout, endpoint -> new Pull(endpoint).digest());
  }

  /**
   * Pulls an image, and repeats that within its timeout if the registry refuses for the number of
   * requests.
   *
   * @param image its name
   * @param platform as the user names it; empty: this node's
   * @param directory of this user; keeps what has come if the pull fails, for the next one
   * @param timeout how long it may take
   * @param receiver takes the image; called again if a source fails
   * @throws IOException from the receiver, or if files cannot be written
   * @throws EngineException if the image cannot be had
   */
  public void pull(
      ImageReference image,
      Optional<String> platform,
      Path directory,
      Duration timeout,
      Receiver receiver)
      throws IOException {
    Layout layout = new Layout(directory);
    String digest =
        patiently(image, timeout, endpoint -> new Pull(endpoint).into(layout, platform, receiver));
    LOG.debug("Image {} has the digest {}", image, digest);
  }

  /** Repeats a question that is refused for the number of requests, and explains other failures. */
  private String patiently(ImageReference image, Duration timeout, Question question)
      throws IOException {
    AtomicReference<String> answer = new AtomicReference<>("");
    try {
      new RegistryPull(failures)
          .pull(
              image,
              timeout,
              left -> {
                try {
                  answer.set(first(image, System.nanoTime() + left.toNanos(), question));
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      return answer.get();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** What is asked of one source. */
  @FunctionalInterface
  private interface Question {
    String ask(Endpoint endpoint) throws IOException;
  }

  /** Asks the mirrors, and then the registry; its failure is the one that counts. */
  private String first(ImageReference image, long deadline, Question question) throws IOException {
    List<Source> all = sources.of(image);
    for (Source mirror : all.subList(0, all.size() - 1)) {
      try (Endpoint endpoint = endpoint(mirror, deadline)) {
        return question.ask(endpoint);
      } catch (EngineException e) {
        if (Thread.currentThread().isInterrupted()) {
          throw e;
        }
        LOG.warn("{}; the next mirror, or the registry, is asked", e.getMessage());
      }
    }
    try (Endpoint endpoint = endpoint(all.get(all.size() - 1), deadline)) {
      return question.ask(endpoint);
    }
  }

  private Endpoint endpoint(Source source, long deadline) {
    return new Endpoint(source, stored, sources::allow, deadline);
  }
}
