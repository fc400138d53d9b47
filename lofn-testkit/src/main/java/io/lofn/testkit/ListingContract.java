package io.lofn.testkit;

import static io.lofn.testkit.ContainerLab.assertBlocked;
import static io.lofn.testkit.ContainerLab.assertFreed;
import static io.lofn.testkit.ContainerLab.end;
import static io.lofn.testkit.ContainerLab.inBackground;
import static io.lofn.testkit.ContainerLab.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ContainerSummary;
import io.lofn.spi.RunningContainer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Containers found by their labels, and removed by their ids. */
interface ListingContract extends Topic {

  @Test
  default void findsContainersByAllOfTheLabelsGiven() throws Exception {
    try (RunningContainer one = lab().start(labelled("1", "even=no \"it's\" $odd, ü\\n"));
        RunningContainer two = lab().start(labelled("2", "same"))) {
      assertThat(ids(lab().label())).containsExactlyInAnyOrder(one.id(), two.id());
      assertThat(ids(Map.of())).contains(one.id(), two.id());
      assertThat(ids(with("number", "1"))).containsExactly(one.id());
      assertThat(ids(with("number", "3"))).isEmpty();
      assertThat(ids(with("number", ""))).isEmpty();
      assertThat(ids(with("no.such.label", "1"))).isEmpty();
      assertThat(ids(Map.of("number", "1", "text", "same"))).isEmpty();
      assertThat(ids(with("text", "even=no \"it's\" $odd, ü\\n"))).containsExactly(one.id());
      assertThat(ids(with("text", "sam"))).isEmpty();
    }
  }

  @Test
  default void listsAllLabelsOfAContainer() throws Exception {
    String text = " a=b, \"c\" 'd' $e {{.f}} \\ ü ";
    ContainerSpec.Builder spec = labelled("1", text);
    try (RunningContainer container = lab().start(spec)) {
      List<ContainerSummary> found = lab().containers();
      assertThat(found).hasSize(1);
      assertThat(found.get(0).id()).isEqualTo(container.id());
      assertThat(found.get(0).name()).isEqualTo(spec.build().name());
      assertThat(found.get(0).labels())
          .containsAllEntriesOf(lab().label())
          .containsEntry("number", "1")
          .containsEntry("text", text)
          .containsEntry("empty", "");
    }
  }

  @Test
  default void listsWhetherAContainerRuns() throws Exception {
    try (RunningContainer container = lab().start(lab().command("cat").stdin())) {
      assertThat(lab().containers()).extracting(ContainerSummary::running).containsExactly(true);
      container.stdin().close();
      end(container);
      assertThat(lab().containers()).extracting(ContainerSummary::running).containsExactly(false);
    }
  }

  @Test
  default void removesARunningContainerById() throws Exception {
    try (RunningContainer container = lab().start(lab().command("sleep", "600"))) {
      Future<String> stdout = text(container.stdout());
      Future<?> exit = inBackground(() -> container.await(Duration.ofMinutes(10)));
      assertBlocked(stdout);
      assertBlocked(exit);
      lab().runtime().remove(container.id());
      assertThat(lab().containers()).isEmpty();
      assertFreed(stdout);
      assertFreed(exit);
    }
  }

  @Test
  default void removesAnEndedContainerByIdAsOftenAsAsked() throws Exception {
    try (RunningContainer container = lab().start(lab().command("true"))) {
      end(container);
      lab().runtime().remove(container.id());
      assertThat(lab().containers()).isEmpty();
      lab().runtime().remove(container.id());
    }
  }

  @Test
  default void removesNothingIfThereIsNoSuchContainer() throws Exception {
    try (RunningContainer container = lab().start(lab().command("sleep", "600"))) {
      lab().runtime().remove("lofn-no-such-container");
      assertThat(ids(lab().label())).containsExactly(container.id());
    }
  }

  private ContainerSpec.Builder labelled(String number, String text) {
    return lab()
        .command("sleep", "600")
        .settings(
            lab()
                .settings()
                .label("number", number)
                .label("text", text)
                .label("empty", "")
                .build());
  }

  private Map<String, String> with(String label, String value) {
    Map<String, String> labels = new java.util.HashMap<>(lab().label());
    labels.put(label, value);
    return labels;
  }

  private List<String> ids(Map<String, String> labels) {
    return lab().runtime().list(labels).stream().map(ContainerSummary::id).toList();
  }
}
