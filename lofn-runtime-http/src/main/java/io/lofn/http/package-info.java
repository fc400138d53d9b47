/**
 * What the runtimes that speak HTTP with an engine share: calls with deadlines, attached streams,
 * credentials of registries, and the parts of a container that do not depend on the engine.
 * Internal to lofn: it promises nothing to users.
 */
@NullMarked
package io.lofn.http;

import org.jspecify.annotations.NullMarked;
