/**
 * Containers that are processes of this one. Internal to this runtime: it promises nothing to
 * users.
 */
@NullMarked
package io.lofn.runtime.cli.runner;

import org.jspecify.annotations.NullMarked;
