/**
 * The API for users of lofn: tools, their layouts, their volumes, and the exceptions.
 *
 * <p>Everything here is a JDK type or a type of this module. Values are immutable, safe to share
 * between threads, and serialisable with Java's own serialisation, which is how Spark ships them to
 * executors.
 */
@NullMarked
package io.lofn.api;

import org.jspecify.annotations.NullMarked;
