package io.lofn.runtime.docker;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.ResponseItem;
import io.lofn.http.EngineAnswerException;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What an engine tells about a pull or a load while it goes on. Its failures come in the middle of
 * that.
 */
final class ImageProgress<R extends ResponseItem> implements ResultCallback<R> {

  /** What the engine would say if it had not begun to answer already. */
  private static final int STATUS = 500;

  private final CompletableFuture<Boolean> end = new CompletableFuture<>();
  private volatile @Nullable Closeable stream;
  private volatile boolean closed;

  /**
   * Waits for the end.
   *
   * @throws ExecutionException with what went wrong
   */
  void await(Duration atMost) throws InterruptedException, ExecutionException, TimeoutException {
    end.get(TimeUnit.MILLISECONDS.convert(atMost), TimeUnit.MILLISECONDS);
  }

  @Override
  public void onStart(Closeable started) {
    stream = started;
    if (closed) {
      close();
    }
  }

  @Override
  public void onNext(R item) {
    if (item.getErrorDetail() != null) {
      String message = String.valueOf(item.getErrorDetail().getMessage());
      end.completeExceptionally(new EngineAnswerException(STATUS, message));
    } else if (item.isErrorIndicated()) {
      end.completeExceptionally(new EngineAnswerException(STATUS, item.toString()));
    }
  }

  @Override
  public void onError(Throwable failure) {
    end.completeExceptionally(failure);
  }

  @Override
  public void onComplete() {
    end.complete(true);
  }

  /** Gives the pull up; the engine notices. */
  @Override
  public void close() {
    closed = true;
    Closeable open = stream;
    if (open != null) {
      try {
        open.close();
      } catch (IOException | RuntimeException ignored) {
        // It is of no use any more.
      }
    }
  }
}
