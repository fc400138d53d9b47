package io.lofn.spi;

import static java.util.Objects.requireNonNull;

import io.lofn.api.CheckReturnValue;
import io.lofn.api.PullPolicy;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A request for an image on a node. Immutable. */
@CheckReturnValue
public final class ImageRequest {

  /** The default limit of a pull: 30 minutes, since images have gigabytes. */
  public static final Duration DEFAULT_PULL_TIMEOUT = Duration.ofMinutes(30);

  private final String reference;
  private final PullPolicy policy;
  private final Duration pullTimeout;
  private final @Nullable String platform;
  private final @Nullable String digest;

  private ImageRequest(
      String reference,
      PullPolicy policy,
      Duration pullTimeout,
      @Nullable String platform,
      @Nullable String digest) {
    this.reference = requireNonNull(reference, "reference is null");
    this.policy = requireNonNull(policy, "policy is null");
    this.pullTimeout = requireNonNull(pullTimeout, "pullTimeout is null");
    this.platform = platform;
    this.digest = digest;
  }

  /**
   * Returns a request for an image, which is pulled if the engine does not have it.
   *
   * @param reference the image's name
   * @return the request
   */
  public static ImageRequest of(String reference) {
    return new ImageRequest(reference, PullPolicy.MISSING, DEFAULT_PULL_TIMEOUT, null, null);
  }

  /**
   * Returns this request with another policy.
   *
   * @param policy when a registry is asked
   * @return the new request
   */
  public ImageRequest policy(PullPolicy policy) {
    return new ImageRequest(reference, policy, pullTimeout, platform, digest);
  }

  /**
   * Returns this request with another timeout of the pull.
   *
   * @param timeout how long a pull may take
   * @return the new request
   */
  public ImageRequest pullTimeout(Duration timeout) {
    return new ImageRequest(reference, policy, timeout, platform, digest);
  }

  /**
   * Returns this request for a given platform.
   *
   * @param platform such as {@code linux/arm64}
   * @return the new request
   */
  public ImageRequest platform(String platform) {
    return new ImageRequest(reference, policy, pullTimeout, platform, digest);
  }

  /**
   * Returns this request with the digest that the driver knows for the name. A runtime may take the
   * image with this digest, and let the name stand for it, in place of asking the registry; one
   * that cannot passes it over.
   *
   * @param digest such as {@code sha256:...}
   * @return the new request
   */
  public ImageRequest digest(String digest) {
    return new ImageRequest(reference, policy, pullTimeout, platform, digest);
  }

  /**
   * Returns the image's name.
   *
   * @return as the user gave it
   */
  public String reference() {
    return reference;
  }

  /**
   * Returns when the engine asks a registry.
   *
   * @return the policy
   */
  public PullPolicy policy() {
    return policy;
  }

  /**
   * Returns how long a pull may take.
   *
   * @return the timeout
   */
  public Duration pullTimeout() {
    return pullTimeout;
  }

  /**
   * Returns the platform.
   *
   * @return such as {@code linux/arm64}; empty: the node's own
   */
  public Optional<String> platform() {
    return Optional.ofNullable(platform);
  }

  /**
   * Returns what the driver knows the name to stand for.
   *
   * @return such as {@code sha256:...}; empty if it does not know
   */
  public Optional<String> digest() {
    return Optional.ofNullable(digest);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ImageRequest request
        && reference.equals(request.reference)
        && policy == request.policy
        && pullTimeout.equals(request.pullTimeout)
        && Objects.equals(platform, request.platform)
        && Objects.equals(digest, request.digest);
  }

  @Override
  public int hashCode() {
    return Objects.hash(reference, policy, pullTimeout, platform, digest);
  }

  @Override
  public String toString() {
    return "%s, pull %s within %s%s%s"
        .formatted(
            reference,
            policy,
            pullTimeout,
            platform == null ? "" : ", for " + platform,
            digest == null ? "" : ", known as " + digest);
  }
}
