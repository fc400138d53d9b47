/**
 * The checks of a node, for the doctor.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.core.check;

import org.jspecify.annotations.NullMarked;
