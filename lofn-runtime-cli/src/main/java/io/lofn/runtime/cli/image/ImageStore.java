package io.lofn.runtime.cli.image;

import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.api.PullPolicy;
import io.lofn.http.RegistryFailures;
import io.lofn.http.RegistryPull;
import io.lofn.runtime.cli.process.Command;
import io.lofn.runtime.cli.process.CommandResult;
import io.lofn.spi.ImageReference;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.PreparedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A directory with one directory or file for each image, named as charliecloud names them: {@code
 * registry.example.org:5000/tools/sort:1} is {@code registry.example.org+5000%tools%sort+1}. The
 * path is the image's id. Thread-safe.
 */
public final class ImageStore {

  private static final List<String> SUFFIXES = List.of("", ".sif", ".sqfs");

  private final Path directory;
  private final Optional<List<String>> pull;

  /**
   * A store.
   *
   * @param directory the directory of the images
   * @param pull the program and arguments that pull an image, with placeholders for its name and
   *     file; empty if no such program is available
   */
  public ImageStore(Path directory, Optional<List<String>> pull) {
    this.directory = directory;
    this.pull = pull;
  }

  Path directory() {
    return directory;
  }

  public boolean canPull() {
    return pull.isPresent();
  }

  /** Returns the path of an image by its name, whether or not it exists. */
  Path path(String reference) {
    return directory.resolve(reference.replace('/', '%').replace(':', '+'));
  }

  public PreparedImage prepare(ImageRequest request) {
    if (Files.exists(directory)) {
      TrustedPath.check(directory);
    }
    String reference = request.reference();
    ImageReference parsed = ImageReference.parse(reference);
    request
        .platform()
        .ifPresent(
            platform -> {
              throw new ImageUnavailableException(
                  "Image %s is not available for platform %s: the images in this directory are those of this node's platform; remove the platform"
                      .formatted(reference, platform));
            });
    Optional<Path> image =
        request.policy() == PullPolicy.ALWAYS ? Optional.empty() : find(parsed, reference);
    if (image.isEmpty() && request.policy() != PullPolicy.NEVER && !parsed.isId()) {
      pull(request);
      image = find(parsed, reference);
    }
    return image
        .map(
            path -> PreparedImage.of(reference, path.toString()).config(UnpackedImage.config(path)))
        .orElseThrow(
            () ->
                new ImageUnavailableException(
                    "Image %s is not on this node: %s does not exist. Put the image there, or set spark.lofn.cli.%s"
                        .formatted(reference, path(reference), TrustedPath.SETTING)));
  }

  private Optional<Path> find(ImageReference parsed, String reference) {
    if (parsed.isId()) {
      return Optional.empty();
    }
    String full = parsed.repository() + (parsed.isImmutable() ? "@" : ":") + parsed.tagOrDigest();
    return Stream.of(reference, full)
        .flatMap(
            name ->
                SUFFIXES.stream()
                    .map(suffix -> path(name).resolveSibling(path(name).getFileName() + suffix)))
        .filter(Files::exists)
        .findFirst();
  }

  /** Returns the path of a prepared image. */
  public Path files(String id) {
    if (Files.exists(directory)) {
      TrustedPath.check(directory);
    }
    Path image = Path.of(id);
    if (!image.isAbsolute() || !image.startsWith(directory) || !Files.exists(image)) {
      throw new ImageUnavailableException(
          "Image " + id + " was not prepared, or was deleted meanwhile");
    }
    return image;
  }

  private void pull(ImageRequest request) {
    String reference = request.reference();
    List<String> template =
        pull.orElseThrow(
            () ->
                new ImageUnavailableException(
                    "Image %s is not on this node, and no program on this node can pull it; put the image at %s"
                        .formatted(reference, path(reference))));
    String file = path(reference) + ".sif";
    List<String> argv =
        template.stream()
            .map(each -> each.equals("{file}") ? file : each.replace("{}", reference))
            .toList();
    new RegistryPull(RegistryFailures.of(login(argv.get(0))))
        .pull(
            ImageReference.parse(reference),
            request.pullTimeout(),
            left -> pullOnce(argv, request.pullTimeout(left)));
  }

  private static String login(String program) {
    return program.endsWith("ch-image") ? program + " pull --auth" : program + " registry login";
  }

  private static void pullOnce(List<String> argv, ImageRequest request) {
    CommandResult result = run(argv, request);
    if (result.cutOff()) {
      throw new EngineException(
          "Could not pull image %s within %s; raise spark.lofn.image.pullTimeout, or pull the image on every node beforehand"
              .formatted(request.reference(), request.pullTimeout()));
    }
    if (!result.succeeded()) {
      throw new ImageUnavailableException(
          "Image %s cannot be pulled: %s".formatted(request.reference(), result.message()));
    }
  }

  private static CommandResult run(List<String> argv, ImageRequest request) {
    try {
      return Command.of(argv).runInterruptibly(request.pullTimeout());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException("Interrupted while pulling image " + request.reference(), e);
    } catch (IOException e) {
      throw new EngineException("Could not run " + argv.get(0) + ": " + e.getMessage(), e);
    }
  }
}
