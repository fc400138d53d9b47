package io.lofn.runtime.cli.runner;

import io.lofn.api.ContainerSettings;
import io.lofn.api.EngineException;
import io.lofn.runtime.cli.dialect.EngineInfo;
import io.lofn.runtime.cli.image.ImageStore;
import io.lofn.runtime.cli.image.ImageUnpacker;
import io.lofn.runtime.cli.process.NodeUser;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ContainerSummary;
import io.lofn.spi.ImageArchives;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.PreparedImage;
import io.lofn.spi.RunningContainer;
import io.lofn.spi.RuntimeFeature;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Runs containers with a program that needs no engine: each is a child process of this one. Files
 * of this node hold what an engine would record about them.
 */
public final class RunnerRuntime implements ContainerRuntime, ImageArchives {

  private final EngineInfo info;
  private final ImageStore images;
  private final ContainerRecords records;
  private final RunnerStarter starter;
  private final Set<RuntimeFeature> unsupported;

  /**
   * @param prlimit the program by which containers have no core dumps, if it is here
   */
  public RunnerRuntime(
      Path program,
      EngineInfo info,
      ImageStore images,
      ContainerRecords records,
      Optional<ProcessCage> cage,
      Optional<Path> prlimit,
      Duration callTimeout) {
    this.info = info;
    this.images = images;
    this.records = records;
    starter = new RunnerStarter(program, info, records, cage, prlimit, callTimeout);
    unsupported = EnumSet.copyOf(info.unsupportedFeatures());
    if (cage.isPresent()) {
      unsupported.remove(RuntimeFeature.PROCESS_ISOLATION);
    }
    if (!images.canPull()) {
      unsupported.add(RuntimeFeature.PULL);
    }
  }

  @Override
  public String engine() {
    return info.description();
  }

  @Override
  public Set<RuntimeFeature> unsupportedFeatures() {
    return Set.copyOf(unsupported);
  }

  @Override
  public boolean isHarmless(String option) {
    return info.dialect().harmless().contain(option);
  }

  @Override
  public PreparedImage prepare(ImageRequest request) {
    return images.prepare(request);
  }

  @Override
  public void load(Path archive, Duration timeout) {
    new ImageUnpacker(images, archive, timeout).load();
  }

  @Override
  public RunningContainer start(ContainerSpec spec) {
    Path image = images.files(spec.image());
    refuse(spec);
    return starter.start(spec, image);
  }

  /** Refuses settings that must not be ignored although the runtime does not support them. */
  private void refuse(ContainerSpec spec) {
    ContainerSettings settings = spec.settings();
    if (spec.imageEntrypoint() || spec.argv().isEmpty()) {
      throw cannot("read the command of an image; give the tool a command");
    }
    if (spec.argv().get(0).isEmpty()) {
      throw new EngineException(
          "The first argument of the command is empty; it must name a program");
    }
    if (unsupported.contains(RuntimeFeature.PRIVILEGES)
        && (settings.newPrivileges() || !settings.capabilities().isEmpty())) {
      throw cannot("grant capabilities or privileges");
    }
    settings.user().ifPresent(this::refuseUser);
  }

  private void refuseUser(String user) {
    if (!user.matches("\\d+:\\d+")) {
      throw cannot("look up the user '" + user + "'; write it as uid:gid");
    }
    if (unsupported.contains(RuntimeFeature.USERS) && !user.equals(NodeUser.own())) {
      throw cannot("run a tool as another user than " + NodeUser.own());
    }
  }

  private EngineException cannot(String what) {
    return new EngineException("The dialect " + info.dialect().name() + " cannot " + what);
  }

  @Override
  public List<ContainerSummary> list(Map<String, String> labels) {
    return records.list(labels);
  }

  @Override
  public void remove(String id) {
    records.remove(id);
  }

  @Override
  public void close() {
    // No connection to close; running containers go on.
  }
}
