/**
 * An example of a third party's container runtime, which runs tools in sandboxes of bubblewrap. Of
 * lofn it needs only {@code io.lofn.api} and {@code io.lofn.spi}.
 */
@NullMarked
package org.example.bubblewrap;

import org.jspecify.annotations.NullMarked;
