package io.lofn.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.Tool;
import io.lofn.core.FakeTask;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.image.ImageRequirement;
import io.lofn.core.node.ContainerLabels;
import io.lofn.core.node.ProcessIdentity;
import io.lofn.core.plan.RunPlan;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class UnreadInputTest {

  private final FakeTask task = new FakeTask();

  @Test
  void theWarningNamesTheToolAndTheWaysOut() {
    assertThat(new UnreadInput().message(plan("sort > /shared/output.txt")))
        .hasValueSatisfying(
            message ->
                assertThat(message)
                    .startsWith(
                        "map: the tool succeeded, but did not read any of its input files in"
                            + " /shared, so its output does not depend on the records of its"
                            + " partition (image any, command sh -c ")
                    .contains("sort > /shared/output.txt; first seen: " + task.identity() + ")")
                    .endsWith(
                        "Its standard input is empty. Let the command read the file, or use"
                            + " Tool.pipe or Lines.toStdin() for a command that reads standard"
                            + " input."));
  }

  @Test
  void eachCommandIsWarnedOfOnce() {
    UnreadInput warnings = new UnreadInput();

    assertThat(warnings.message(plan("sort"))).isPresent();
    assertThat(warnings.message(plan("sort"))).isEmpty();
    assertThat(warnings.message(plan("uniq"))).isPresent();
  }

  private RunPlan plan(String script) {
    LofnConfig conf = new LofnConfig(Map.of());
    Tool<String, String> tool = Tool.lines("any").shell(script);
    return RunPlan.of(
        "map",
        tool,
        ImageRequirement.of(tool, conf, Optional.empty()),
        task,
        conf,
        new ContainerLabels(ProcessIdentity.current()));
  }
}
