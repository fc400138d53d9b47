/** The images of this node: archives are unpacked once, for all executors of a user. */
@NullMarked
package io.lofn.runtime.embedded.store;

import org.jspecify.annotations.NullMarked;
