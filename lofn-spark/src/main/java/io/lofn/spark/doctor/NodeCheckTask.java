package io.lofn.spark.doctor;

import io.lofn.api.LofnException;
import io.lofn.api.Tool;
import io.lofn.core.check.CheckResult;
import io.lofn.core.check.NodeCheck;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.image.DigestResolver;
import io.lofn.core.image.ImageRequirement;
import io.lofn.core.task.TaskScope;
import io.lofn.spark.executor.ExecutorInjector;
import io.lofn.spark.executor.ExecutorInjector.Lease;
import io.lofn.spark.executor.SparkTaskScope;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.spark.SparkEnv;
import org.jspecify.annotations.Nullable;

/** What a task of the doctor does on its node. */
public final class NodeCheckTask implements Serializable {

  private static final long serialVersionUID = 1L;

  private final String id = UUID.randomUUID().toString();
  private final Tool<String, String> tool;
  private final HashMap<String, String> conf;
  private final @Nullable String digest;

  private NodeCheckTask(Tool<String, String> tool, LofnConfig conf, @Nullable String digest) {
    this.tool = tool;
    this.conf = new HashMap<>(conf.entries());
    this.digest = digest;
  }

  public static NodeCheckTask onDriver(Tool<String, String> tool, LofnConfig conf) {
    try (Lease lofn = ExecutorInjector.ofDriver(conf.entries())) {
      Optional<String> digest = lofn.get(DigestResolver.class).digest(tool);
      return new NodeCheckTask(tool, conf, digest.orElse(null));
    }
  }

  /** The findings of the current task's node, an array each. */
  Iterator<String[]> rows() {
    String host = SparkEnv.get().blockManager().blockManagerId().host();
    return findings().stream().map(finding -> finding.toRow(host)).iterator();
  }

  private List<CheckResult> findings() {
    TaskScope task = SparkTaskScope.current();
    ImageRequirement need =
        ImageRequirement.of(tool, new LofnConfig(conf), Optional.ofNullable(digest));
    try (Lease lofn = ExecutorInjector.ofExecutor(conf)) {
      return lofn.get(NodeCheck.class).examine(id, tool, need, task);
    } catch (LofnException e) {
      return List.of(
          CheckResult.bad(
              "lofn", e.getMessage(), "lofn itself does not come up on this executor."));
    }
  }
}
