/**
 * Contract tests that implementations of lofn's extension points inherit, and fakes for their
 * users.
 */
@NullMarked
package io.lofn.testkit;

import org.jspecify.annotations.NullMarked;
