package org.example.guide;

import io.lofn.api.OutputReader;
import io.lofn.testkit.LayoutLab;
import io.lofn.testkit.OutputReaderContract;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Collections;

class HitReaderTest extends OutputReaderContract<String> {

  @Override
  protected OutputReader<String> reader() {
    return new HitReader();
  }

  @Override
  protected void leave(int records, LayoutLab lab) throws IOException {
    String hits = "# hits\n" + String.join("", Collections.nCopies(records, "hit\n"));
    Files.writeString(lab.exchange().resolve("hits.txt"), hits);
  }
}
