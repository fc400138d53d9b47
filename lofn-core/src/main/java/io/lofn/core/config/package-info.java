/**
 * The configuration of a session, and how its texts are read.
 *
 * <p>Internal: for lofn's own modules; it may change with any version.
 */
@NullMarked
package io.lofn.core.config;

import org.jspecify.annotations.NullMarked;
