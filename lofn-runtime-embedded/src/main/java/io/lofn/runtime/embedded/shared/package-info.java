/**
 * A store of images that all nodes read: an OCI layout on a file system. Internal: public means
 * that another package of this runtime needs it.
 */
@NullMarked
package io.lofn.runtime.embedded.shared;

import org.jspecify.annotations.NullMarked;
