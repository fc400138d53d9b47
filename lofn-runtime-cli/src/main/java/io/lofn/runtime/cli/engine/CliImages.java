package io.lofn.runtime.cli.engine;

import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.api.PullPolicy;
import io.lofn.http.ArchiveFault;
import io.lofn.http.RegistryFailures;
import io.lofn.http.RegistryPull;
import io.lofn.image.OciConfig;
import io.lofn.runtime.cli.dialect.DialectOption;
import io.lofn.runtime.cli.dialect.Podman;
import io.lofn.runtime.cli.process.Command;
import io.lofn.runtime.cli.process.CommandResult;
import io.lofn.spi.ImageConfig;
import io.lofn.spi.ImageReference;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.PreparedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** Finds, pulls and loads images. Thread-safe. */
final class CliImages {

  private static final String FORMAT = "{{.Id}} {{.Os}}/{{.Architecture}} {{json .Config}}";

  private final CliEngine engine;
  private final RegistryFailures failures;
  private final RegistryPull pulls;
  private final Map<String, Set<String>> unwanted = new ConcurrentHashMap<>();

  CliImages(CliEngine engine) {
    this.engine = engine;
    failures = RegistryFailures.of(engine.dialect().name() + " login");
    pulls = new RegistryPull(failures);
  }

  PreparedImage prepare(ImageRequest request) {
    String reference = request.reference();
    if (reference.startsWith("-") || !reference.matches("\\S+")) {
      throw new ImageUnavailableException("'" + reference + "' is not the name of an image");
    }
    if (request.policy() == PullPolicy.ALWAYS) {
      pull(request);
      return present(request);
    }
    Optional<PreparedImage> image = find(request);
    if (image.isPresent()) {
      return image.get();
    }
    if (request.policy() == PullPolicy.NEVER) {
      throw new ImageUnavailableException(
          "Image %s is not on this node%s, and the pull policy is 'never'; load the image, or allow pulling"
              .formatted(reference, forPlatform(request)));
    }
    pull(request);
    return present(request);
  }

  /** Loads the images of an archive. */
  void load(Path archive, Duration timeout) {
    List<String> arguments =
        engine.dialect().demand(DialectOption.LOAD, Map.of("{}", archive.toString()));
    CommandResult result = engine.call(engine.command(arguments), "load", timeout);
    if (result.cutOff()) {
      throw new EngineException(
          "Could not load archive %s within %s; raise spark.lofn.image.pullTimeout"
              .formatted(archive, timeout));
    }
    if (!result.succeeded()) {
      throw ArchiveFault.explain(archive, engine.failure("load " + archive, result));
    }
  }

  private PreparedImage present(ImageRequest request) {
    return find(request)
        .orElseThrow(
            () ->
                new ImageUnavailableException(
                    "Image %s was pulled, but is not on this node%s"
                        .formatted(request.reference(), forPlatform(request))));
  }

  private static String forPlatform(ImageRequest request) {
    return request.platform().map(platform -> " for " + platform).orElse("");
  }

  private Optional<PreparedImage> find(ImageRequest request) {
    CommandResult result =
        engine.call("image", "inspect", "--format", FORMAT, "--", request.reference());
    if (result.succeeded()) {
      String[] answer = result.stdout().strip().split(" ", 3);
      boolean fits = request.platform().map(wanted -> isPlatform(wanted, answer[1])).orElse(true);
      return fits
          ? Optional.of(remembered(request.reference(), answer[0], OciConfig.parse(answer[2])))
          : Optional.empty();
    }
    // After any other failure the pull reports the reason.
    if (result.cutOff() || CliFailure.isEnginesFault(result.message())) {
      throw engine.failure("image inspect", result);
    }
    return Optional.empty();
  }

  private PreparedImage remembered(String reference, String id, ImageConfig config) {
    Set<String> others = new TreeSet<>(Podman.VARIABLES);
    others.removeAll(config.environment().keySet());
    unwanted.put(id, others);
    return PreparedImage.of(reference, id).config(config);
  }

  /**
   * Returns the variables that the engine sets in every container and that the prepared image does
   * not set.
   */
  Set<String> unwanted(String id) {
    return unwanted.getOrDefault(id, Set.of());
  }

  /**
   * Compares the parts that both platforms have: {@code linux/arm64/v8} matches {@code
   * linux/arm64}.
   */
  private static boolean isPlatform(String wanted, String present) {
    return (wanted + "/").startsWith(present + "/") || (present + "/").startsWith(wanted + "/");
  }

  private void pull(ImageRequest request) {
    ImageReference image = ImageReference.parse(request.reference());
    pulls.pull(image, request.pullTimeout(), left -> pullOnce(image, request.pullTimeout(left)));
  }

  private void pullOnce(ImageReference image, ImageRequest request) {
    List<String> arguments = new ArrayList<>(List.of("pull", "--quiet"));
    request.platform().ifPresent(platform -> arguments.add("--platform=" + platform));
    arguments.addAll(List.of("--", request.reference()));
    CommandResult result = runPull(engine.command(arguments), request);
    if (result.cutOff()) {
      throw new EngineException(
          "Could not pull image %s within %s; raise spark.lofn.image.pullTimeout, or pull the image on every node beforehand"
              .formatted(request.reference(), request.pullTimeout()));
    }
    if (!result.succeeded()) {
      throw CliFailure.isEnginesFault(result.message())
          ? engine.failure("pull " + request.reference(), result)
          : notPulled(image, request, result);
    }
  }

  /** What is known of a registry's answer is said by who calls. */
  private EngineException notPulled(
      ImageReference image, ImageRequest request, CommandResult result) {
    EngineException plain =
        new EngineException(
            "Image %s cannot be pulled: %s".formatted(request.reference(), result.message()));
    return failures.explain(image, plain) == plain
        ? new ImageUnavailableException(
            "%s. Check its name, log this node's user in with '%s login', or load it on every node"
                .formatted(plain.getMessage(), engine.dialect().name()))
        : plain;
  }

  private CommandResult runPull(Command command, ImageRequest request) {
    try {
      return command.runInterruptibly(request.pullTimeout());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException("Interrupted while pulling image " + request.reference(), e);
    } catch (IOException e) {
      throw engine.notStarted("pull", e);
    }
  }
}
