package io.lofn.spi;

import java.net.URI;

/** A {@link VolumeStager} that unpacks archives. */
public interface ArchiveStager extends VolumeStager {

  /**
   * Makes the content of an archive available, as a directory. Blocks until it is, and can be
   * interrupted as {@link #stage} can. Nothing in the archive may leave that directory, neither by
   * its name nor by a symbolic link.
   *
   * @param source the location of the archive; its scheme is one of the provider's, or {@code file}
   * @return the directory, available until it is closed
   * @throws io.lofn.api.StagingException if it does not exist, cannot be read, is not an archive
   *     that the stager supports, or is refused because of its content
   */
  StagedVolume stageUnpacked(URI source);
}
