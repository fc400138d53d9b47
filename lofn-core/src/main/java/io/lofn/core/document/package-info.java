/** Tool documents as text: internal. */
@NullMarked
package io.lofn.core.document;

import org.jspecify.annotations.NullMarked;
