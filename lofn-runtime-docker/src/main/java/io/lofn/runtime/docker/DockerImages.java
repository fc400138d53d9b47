package io.lofn.runtime.docker;

import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.command.PullImageCmd;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.PullResponseItem;
import io.lofn.api.EngineException;
import io.lofn.http.HttpImages;
import io.lofn.spi.ImageReference;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.PreparedImage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** The images of a Docker engine. Thread-safe. */
final class DockerImages extends HttpImages {

  private final DockerEngine engine;
  private final RegistryCredentials credentials;
  private final DockerDigests digests;
  private final DockerArchives archives;

  DockerImages(DockerEngine engine, RegistryCredentials credentials) {
    super(engine.errors(), credentials.failures());
    this.engine = engine;
    this.credentials = credentials;
    digests = new DockerDigests(engine, credentials);
    archives = new DockerArchives(engine);
  }

  @Override
  protected Optional<String> digest(ImageReference image, ImageRequest request) {
    return digests.digest(image, request);
  }

  @Override
  protected void send(Path archive, Duration timeout) {
    archives.load(archive, timeout);
  }

  @Override
  protected Optional<PreparedImage> find(ImageReference name, ImageRequest request) {
    return engine.call(
        "inspect image " + request.reference(),
        client -> {
          try {
            InspectImageResponse image = client.inspectImageCmd(request.reference()).exec();
            return isFor(request.platform().orElse(""), image.getOs(), image.getArch())
                ? Optional.ofNullable(image.getId())
                    .map(
                        id ->
                            PreparedImage.of(request.reference(), id)
                                .config(InspectedImage.of(image)))
                : Optional.<PreparedImage>empty();
          } catch (NotFoundException e) {
            return Optional.<PreparedImage>empty();
          }
        });
  }

  @Override
  protected void pull(ImageReference image, ImageRequest request) {
    String action = "pull image " + request.reference();
    ImageProgress<PullResponseItem> progress = new ImageProgress<>();
    EngineClients clients = engine.enter();
    try {
      PullImageCmd command =
          clients.streams().pullImageCmd(image.repository()).withTag(image.tagOrDigest());
      credentials.of(image.registry()).ifPresent(command::withAuthConfig);
      request.platform().ifPresent(command::withPlatform);
      command.exec(progress);
      progress.await(request.pullTimeout());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException(engine.errors().message(action, "it was interrupted"), e);
    } catch (TimeoutException e) {
      throw engine.errors().noAnswer(action, request.pullTimeout(), e);
    } catch (ExecutionException e) {
      throw engine.errors().of(action, e.getCause());
    } finally {
      progress.close();
      clients.leave();
    }
  }
}
