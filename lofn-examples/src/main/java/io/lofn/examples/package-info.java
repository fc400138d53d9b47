/** Programs that run tools on real data. */
@NullMarked
package io.lofn.examples;

import org.jspecify.annotations.NullMarked;
