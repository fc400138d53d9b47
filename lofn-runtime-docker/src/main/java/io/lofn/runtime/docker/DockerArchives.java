package io.lofn.runtime.docker;

import com.github.dockerjava.api.model.LoadResponseItem;
import io.lofn.api.EngineException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** Loads archives of images into an engine. */
final class DockerArchives {

  private final DockerEngine engine;

  DockerArchives(DockerEngine engine) {
    this.engine = engine;
  }

  void load(Path archive, Duration timeout) {
    String action = "load the image archive " + archive;
    ImageProgress<LoadResponseItem> progress = new ImageProgress<>();
    EngineClients clients = engine.enter();
    try (InputStream content = Files.newInputStream(archive)) {
      clients.streams().loadImageAsyncCmd(content).exec(progress);
      progress.await(timeout);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException(engine.errors().message(action, "it was interrupted"), e);
    } catch (TimeoutException e) {
      throw engine.errors().noAnswer(action, timeout, e);
    } catch (ExecutionException e) {
      throw engine.errors().of(action, e.getCause());
    } catch (IOException e) {
      throw new EngineException(
          engine.errors().message(action, "it cannot be read: " + e.getMessage()), e);
    } finally {
      progress.close();
      clients.leave();
    }
  }
}
