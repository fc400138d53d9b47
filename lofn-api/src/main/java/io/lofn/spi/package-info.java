/**
 * What a third party implements: container runtimes, volume stagers and stores of binary outputs.
 *
 * <p>A jar adds one by naming its provider in {@code META-INF/services}. Providers and what they
 * create live once per executor JVM and are never serialised. Implementations hold the mechanism
 * only; deadlines for a run, cancellation, retries, labels and clean-up are decided by lofn's core.
 */
@NullMarked
package io.lofn.spi;

import org.jspecify.annotations.NullMarked;
