/**
 * Archives of container images, and trees unpacked from them. Internal: its API may change without
 * notice.
 */
@NullMarked
package io.lofn.image;

import org.jspecify.annotations.NullMarked;
