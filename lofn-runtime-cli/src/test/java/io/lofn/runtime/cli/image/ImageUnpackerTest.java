package io.lofn.runtime.cli.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.api.PullPolicy;
import io.lofn.spi.ImageRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ImageUnpackerTest {

  private static final String CONFIG = "{\"config\":{\"Env\":[\"PATH=/p\",\"A=b c\"]}}";

  @TempDir Path directory;

  private ImageStore store() {
    return new ImageStore(directory.resolve("images"), Optional.empty());
  }

  /** Creates an archive whose layers a script creates, each in a separate directory. */
  private Path archive(String name, String... layers) throws Exception {
    Path work = Files.createDirectory(directory.resolve("work-" + name));
    List<String> names = new ArrayList<>();
    for (int i = 0; i < layers.length; i++) {
      names.add("\"layer-" + i + "\"");
      sh(
          work,
          "mkdir d%1$d; (cd d%1$d; %2$s); tar -C d%1$d -cf layer-%1$d .".formatted(i, layers[i]));
    }
    Files.writeString(work.resolve("config"), CONFIG);
    Files.writeString(
        work.resolve("manifest.json"),
        "[{\"Config\":\"config\",\"RepoTags\":[\"host:5000/a/%s:1\"],\"Layers\":%s}]"
            .formatted(name, names));
    sh(work, "tar -cf ../%s.tar manifest.json config layer-*".formatted(name));
    return directory.resolve(name + ".tar");
  }

  private static void sh(Path work, String script) throws Exception {
    Process process = new ProcessBuilder("sh", "-ec", script).directory(work.toFile()).start();
    assertThat(process.waitFor()).isZero();
  }

  private void load(Path archive) {
    new ImageUnpacker(store(), archive, Duration.ofSeconds(30)).load();
  }

  @Test
  void unpacksLayersOntoEachOther() throws Exception {
    Path archive =
        archive(
            "x",
            "mkdir -p bin dir; echo 1 > bin/a; echo 1 > bin/b; echo 1 > dir/old; ln -s bin sbin",
            "mkdir -p bin dir; touch bin/.wh.a dir/.wh..wh..opq; echo 2 > dir/new; echo 2 > bin/c");
    load(archive);
    load(archive);

    String id = store().prepare(ImageRequest.of("host:5000/a/x:1")).id();

    Path image = Path.of(id);
    assertThat(image).hasFileName("host+5000%a%x+1");
    assertThat(image.resolve("bin/a")).doesNotExist();
    assertThat(image.resolve("bin/b")).hasContent("1\n");
    assertThat(image.resolve("bin/c")).hasContent("2\n");
    assertThat(image.resolve("dir")).isDirectoryContaining(file -> file.endsWith("new"));
    assertThat(image.resolve("dir/old")).doesNotExist();
    assertThat(image.resolve("dir/.wh..wh..opq")).doesNotExist();
    assertThat(image.resolve("dev")).isDirectory();
    assertThat(image.resolve("ch/environment")).hasContent("PATH=/p\nA=b c\n");
    assertThat(directory.resolve("images")).isDirectoryNotContaining("glob:**/.lofn-*");
  }

  @Test
  void refusesWhatIsNoArchive() throws Exception {
    Path file = Files.writeString(directory.resolve("text"), "text");
    assertThatThrownBy(() -> load(file))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessageContaining("The archive is not a tar file");
    assertThatThrownBy(() -> load(directory.resolve("none"))).isInstanceOf(EngineException.class);
  }

  @Test
  void pullsWithTheProgramThatIsThere() throws Exception {
    Path images = Files.createDirectory(directory.resolve("images"));
    List<String> pull = List.of("touch", "--", "{file}");
    ImageStore store = new ImageStore(images, Optional.of(pull));
    assertThat(store.prepare(ImageRequest.of("a/b:1")).id()).endsWith("a%b+1.sif");
    assertThatThrownBy(() -> store.prepare(ImageRequest.of("c:1").policy(PullPolicy.NEVER)))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessageContaining("c:1");
    ImageStore failing = new ImageStore(images, Optional.of(List.of("ls", "/no/such/{}")));
    assertThatThrownBy(() -> failing.prepare(ImageRequest.of("c:1")))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessageContaining("/no/such/c:1");
  }
}
