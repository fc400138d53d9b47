package org.example.guide;

import java.nio.file.Path;

/** Where a site keeps its images. */
record SiteImages(Path directory) {

  static SiteImages ofThisNode() {
    return new SiteImages(Path.of(System.getProperty("site.images", "/srv/images")));
  }
}
