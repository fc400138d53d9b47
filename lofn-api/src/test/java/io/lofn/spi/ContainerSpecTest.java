package io.lofn.spi;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.ContainerSettings;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ContainerSpecTest {

  private static final Mount MOUNT = new Mount(Path.of("/a"), "/b", true);

  /** Each field differs from what a builder begins with. */
  private static final ContainerSpec FULL =
      ContainerSpec.builder("name", "image")
          .arguments(List.of("argument"))
          .stdin()
          .withoutInit()
          .mount(MOUNT)
          .device(new Device(Path.of("/dev/null"), "/dev/x", "r"))
          .settings(ContainerSettings.defaults().toBuilder().user("7").build())
          .build();

  private static Stream<Field> fields() {
    return Stream.of(ContainerSpec.class.getDeclaredFields())
        .filter(field -> !Modifier.isStatic(field.getModifiers()))
        .filter(field -> !field.isSynthetic())
        .peek(field -> field.setAccessible(true));
  }

  @Test
  void aCopyHasEveryField() throws Exception {
    ContainerSpec other = ContainerSpec.builder("other", "other").build();
    ContainerSpec copy = FULL.toBuilder().build();

    for (Field field : fields().toList()) {
      assertThat(field.get(FULL)).as("a test value of %s", field).isNotEqualTo(field.get(other));
      assertThat(field.get(copy)).as("the copy of %s", field).isEqualTo(field.get(FULL));
    }
  }

  @Test
  void aBuilderOfASpecChangesOnlyTheCopy() {
    ContainerSpec changed =
        FULL.toBuilder().command(List.of("other")).mounts(List.of(MOUNT, MOUNT)).build();

    assertThat(changed.argv()).containsExactly("other");
    assertThat(changed.imageEntrypoint()).isFalse();
    assertThat(changed.mounts()).containsExactly(MOUNT, MOUNT);
    assertThat(FULL.argv()).containsExactly("argument");
    assertThat(FULL.imageEntrypoint()).isTrue();
    assertThat(FULL.mounts()).containsExactly(MOUNT);
  }
}
