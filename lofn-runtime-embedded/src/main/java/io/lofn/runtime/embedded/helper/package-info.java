/**
 * The program {@code lofn-run}: unpacked, checked, asked what the node allows, and the document
 * that it reads.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.runtime.embedded.helper;

import org.jspecify.annotations.NullMarked;
