package io.lofn.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Archives that engines do not load, with what docker 20.10 says of them. */
class ArchiveFaultTest {

  private static final String EOF = "Error processing tar file(exit status 1): unexpected EOF";
  private static final String NO_FILE =
      "open /var/lib/docker/tmp/docker-import-1/%s: no such file or directory";

  @TempDir private Path directory;

  private EngineException explained(byte[] archive, String said) throws IOException {
    Path file = Files.write(directory.resolve("image.tar"), archive);
    return ArchiveFault.explain(
        file, EngineException.transientFailure(said, new IOException(said)));
  }

  private void fails(byte[] archive, String said, String... parts) throws IOException {
    EngineException failure = explained(archive, said);
    assertThat(failure).isInstanceOf(ImageUnavailableException.class).hasMessageStartingWith(said);
    assertThat(failure.isTransient()).isFalse();
    assertThat(failure.getMessage()).contains(parts);
  }

  private static byte[] tar(String... names) throws IOException {
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    for (String name : names) {
      byte[] content = ("content of " + name).getBytes(UTF_8);
      byte[] head = new byte[512];
      put(head, 0, name);
      put(head, 100, "0000644\0");
      put(head, 124, "%011o\0".formatted(content.length));
      put(head, 148, "        ");
      put(head, 156, "0");
      put(head, 257, "ustar\00000");
      int sum = 0;
      for (byte each : head) {
        sum += each & 0xff;
      }
      put(head, 148, "%06o\0 ".formatted(sum));
      tar.write(head);
      tar.write(Arrays.copyOf(content, 512));
    }
    tar.write(new byte[1024]);
    return tar.toByteArray();
  }

  private static void put(byte[] head, int at, String text) {
    byte[] bytes = text.getBytes(ISO_8859_1);
    System.arraycopy(bytes, 0, head, at, bytes.length);
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(content);
    }
    return bytes.toByteArray();
  }

  @Test
  void whatIsNoArchiveIsNamedAsThat() throws Exception {
    fails("hello\n".getBytes(UTF_8), EOF, "The archive is not a tar file", "'docker save'");
    fails("x".repeat(2000).getBytes(UTF_8), EOF, "The archive is not a tar file");
    fails(gzip("hello".getBytes(UTF_8)), EOF, "The archive is not a tar file");
  }

  @Test
  void anEmptyArchiveIsNamedAsThat() throws Exception {
    fails(new byte[0], EOF, "The archive is empty: copy it again");
  }

  @Test
  void anArchiveThatIsCutShortIsNamedAsThatPackedOrNot() throws Exception {
    byte[] whole = tar("a", "manifest.json");
    byte[] packed = gzip(whole);
    fails(Arrays.copyOf(whole, 700), EOF, "The archive is cut short (700 bytes)", "copy it again");
    fails(Arrays.copyOf(whole, 1300), EOF, "The archive is cut short");
    fails(Arrays.copyOf(packed, packed.length - 20), EOF, "The archive is cut short");
  }

  @Test
  void anArchiveWithoutAManifestIsNamedAsThatPackedOrNot() throws Exception {
    String said = NO_FILE.formatted("repositories");
    fails(tar("bin/sh", "etc/passwd"), said, "has no manifest.json", "not 'export'");
    fails(gzip(tar("bin/sh")), said, "has no manifest.json");
  }

  @Test
  void anArchiveOfVeryManyFilesIsNotReadToItsEnd() throws Exception {
    byte[] whole = tar("file");
    Path file = directory.resolve("many.tar");
    try (OutputStream many = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
      for (int i = 0; i < 100_002; i++) {
        many.write(whole, 0, 1024);
      }
    }
    EngineException failure = EngineException.transientFailure("said", new IOException("said"));
    assertThat(ArchiveFault.explain(file, failure)).isSameAs(failure);
  }

  @Test
  void anOciLayoutThatAnOldDockerDoesNotLoadSaysHowToConvertIt() throws Exception {
    fails(
        tar("blobs/sha256/x", "oci-layout", "index.json"),
        NO_FILE.formatted("blobs/json"),
        "is an OCI image layout, which Docker loads from version 25 on",
        "skopeo copy oci-archive:FILE docker-archive:FILE",
        "podman save --format docker-archive");
  }

  @Test
  void aFailureThatIsNotTheArchivesIsLeftAsItIs() throws Exception {
    byte[] whole = tar("./manifest.json");
    for (String said : new String[] {"no answer", "write /x: no space left on device"}) {
      assertThat(explained(whole, said)).hasMessage(said).matches(EngineException::isTransient);
    }
    assertThat(explained(tar("index.json"), "storage broke")).hasMessage("storage broke");
    assertThat(explained(new byte[] {'B', 'Z', 'h', '9'}, EOF)).hasMessage(EOF);
    assertThat(explained("cut".getBytes(UTF_8), "no space left on device"))
        .hasMessage("no space left on device");
  }
}
