package io.lofn.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.exception.BadRequestException;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.InternalServerErrorException;
import com.github.dockerjava.api.exception.NotFoundException;
import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.http.EngineAnswerException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

class DockerErrorsTest {

  private static final String ACTION = "create container x";

  private final DockerErrors errors =
      new DockerErrors(EngineAddress.parse("tcp://host:1234", null));

  @Test
  void namesTheEngineTheQuestionAndTheAnswer() {
    EngineException e = of(new BadRequestException("{\"message\":\"no, \\\"never\\\"\"}\n"));
    assertThat(e)
        .hasMessage(
            "Docker at tcp://host:1234 could not create container x: status 400: no, \"never\"");
    assertThat(e.isTransient()).isFalse();
    assertThat(e.getCause()).isNotNull();
  }

  @Test
  void doesNotRepeatALongCommand() {
    String message = of(new DockerException("exec: " + "x".repeat(100_000), 400)).getMessage();
    assertThat(message).contains("xxx... (").hasSizeLessThan(2500);
  }

  @Test
  void showsAnAnswerThatIsNoJson() {
    assertThat(of(new DockerException("<html>{oops</html>", 418))).hasMessageContaining("{oops");
    assertThat(of(new DockerException("", 418))).hasMessageContaining("status 418");
  }

  @Test
  void takesFailuresOfTheEngineForTransient() {
    assertThat(of(new InternalServerErrorException("busy")).isTransient()).isTrue();
    assertThat(of(new DockerException("bad gateway", 502)).isTransient()).isTrue();
    assertThat(of(new EngineAnswerException(503, "later")).isTransient()).isTrue();
  }

  @Test
  void takesAWrongSpecForPermanentWhateverTheStatus() {
    String unknown = "unable to find user x: no matching entries in passwd file";
    assertThat(of(new InternalServerErrorException(unknown)).isTransient()).isFalse();
  }

  @Test
  void takesATakenNameForTransient() {
    String taken = "Conflict. The container name \"/x\" is already in use by container \"123\".";
    assertThat(of(new ConflictException(taken)).isTransient()).isTrue();
    assertThat(of(new ConflictException("container is paused")).isTransient()).isFalse();
  }

  @Test
  void tellsAMissingImageFromAMissingContainer() {
    assertThat(of(new NotFoundException("No such image: x:1")))
        .isInstanceOf(ImageUnavailableException.class);
    assertThat(of(new NotFoundException("No such container: x")))
        .isExactlyInstanceOf(EngineException.class);
  }

  @Test
  void takesBrokenConnectionsForTransient() {
    EngineException refused = of(new RuntimeException(new ConnectException("Connection refused")));
    assertThat(refused.isTransient()).isTrue();
    assertThat(refused)
        .hasMessageContaining("connection refused")
        .hasMessageContaining("DOCKER_HOST");
    assertThat(of(new ExecutionException(new SocketException("reset"))).isTransient()).isTrue();
    assertThat(of(new IOException("failed to respond")).isTransient()).isTrue();
  }

  @Test
  void takesAWrongCertificateForPermanent() {
    EngineException e = of(new RuntimeException(new SSLHandshakeException("unknown issuer")));
    assertThat(e.isTransient()).isFalse();
    assertThat(e).hasMessageContaining("TLS").hasMessageContaining("unknown issuer");
  }

  @Test
  void saysThatASocketIsMissing() {
    EngineException e =
        new DockerErrors(EngineAddress.parse("unix:///no/such.sock", null))
            .of(ACTION, new SocketException("Aucun fichier"));
    assertThat(e).hasMessageContaining("no socket at /no/such.sock");
    assertThat(e.isTransient()).isTrue();
  }

  @Test
  void saysHowLongItWaited() {
    EngineException e = errors.noAnswer(ACTION, Duration.ofSeconds(5), new TimeoutException());
    assertThat(e).hasMessageContaining("no answer within 5 s");
    assertThat(e.isTransient()).isTrue();
    assertThat(DockerErrors.isNoAnswer(e)).isTrue();
    assertThat(DockerErrors.isNoAnswer(of(new IOException()))).isFalse();
  }

  @Test
  void keepsWhatWasSaidBefore() {
    EngineException said = new EngineException("said");
    assertThat(of(new ExecutionException(said))).isSameAs(said);
  }

  private EngineException of(Throwable failure) {
    return errors.of(ACTION, failure);
  }
}
