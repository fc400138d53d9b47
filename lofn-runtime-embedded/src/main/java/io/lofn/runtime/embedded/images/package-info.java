/** The program that lists, verifies and removes the images of a node. */
@NullMarked
package io.lofn.runtime.embedded.images;

import org.jspecify.annotations.NullMarked;
