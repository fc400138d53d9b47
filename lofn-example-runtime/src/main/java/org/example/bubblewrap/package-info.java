/**
 * A container runtime of a third party, to learn from: tools in sandboxes of bubblewrap. It needs
 * nothing of lofn but {@code io.lofn.api} and {@code io.lofn.spi}.
 */
@NullMarked
package org.example.bubblewrap;

import org.jspecify.annotations.NullMarked;
