/**
 * Contract tests, which implementations of lofn's extension points extend, and fakes for their
 * users.
 */
@NullMarked
package io.lofn.testkit;

import org.jspecify.annotations.NullMarked;
