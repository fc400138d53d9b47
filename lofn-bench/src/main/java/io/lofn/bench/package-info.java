/** Benchmarks of lofn; {@code ./dev/bench} runs them. */
@NullMarked
package io.lofn.bench;

import org.jspecify.annotations.NullMarked;
