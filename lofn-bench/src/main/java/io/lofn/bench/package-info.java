/** Benchmarks that anyone can rerun: {@code ./dev/bench}. */
@NullMarked
package io.lofn.bench;

import org.jspecify.annotations.NullMarked;
