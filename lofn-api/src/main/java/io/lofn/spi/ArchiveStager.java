package io.lofn.spi;

import java.net.URI;

/** A {@link VolumeStager} that unpacks archives. */
public interface ArchiveStager extends VolumeStager {

  /**
   * Makes the content of an archive present, as a directory. Blocks until it is, and can be
   * interrupted as {@link #stage} can. Nothing in the archive may leave that directory, be it by
   * its name or by a symbolic link.
   *
   * @param source where the archive is; its scheme is one that the provider named, or {@code file}
   * @return the directory, present until it is closed
   * @throws io.lofn.api.StagingException if it does not exist, cannot be read, is no archive that
   *     the stager knows, or is refused for what is in it
   */
  StagedVolume stageUnpacked(URI source);
}
