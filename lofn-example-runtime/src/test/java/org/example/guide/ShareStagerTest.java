package org.example.guide;

import io.lofn.spi.StagingConfig;
import io.lofn.spi.VolumeStager;
import io.lofn.testkit.VolumeStagerContract;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;

class ShareStagerTest extends VolumeStagerContract {

  @Override
  protected VolumeStager createStager(Path directory) {
    return new ShareStagerProvider()
        .create(new StagingConfig(directory, Map.of("share.mount", "/")));
  }

  @Override
  protected URI publish(Path data) {
    return URI.create("share:" + data.toUri().getRawPath());
  }
}
