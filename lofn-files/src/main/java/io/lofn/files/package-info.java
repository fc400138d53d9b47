/**
 * Safe operations on directory trees that an untrusted process can change at the same time.
 * Internal to lofn: its API may change without notice.
 */
@NullMarked
package io.lofn.files;

import org.jspecify.annotations.NullMarked;
