/**
 * The interfaces for third parties: container runtimes, volume stagers and stores of binary
 * outputs.
 *
 * <p>A jar adds one by naming its provider in {@code META-INF/services}. Providers and what they
 * create live once per executor JVM and are never serialised. Implementations provide the mechanism
 * only; lofn's core decides on deadlines for a run, cancellation, retries, labels and clean-up.
 */
@NullMarked
package io.lofn.spi;

import org.jspecify.annotations.NullMarked;
