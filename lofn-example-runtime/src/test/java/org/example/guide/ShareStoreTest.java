package org.example.guide;

import io.lofn.spi.OutputStore;
import io.lofn.testkit.OutputStoreContract;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

class ShareStoreTest extends OutputStoreContract {

  @TempDir private Path directory;

  @Override
  protected OutputStore createStore() {
    return new ShareStoreProvider().create(Map.of());
  }

  @Override
  protected String directory() {
    return directory.toString();
  }
}
