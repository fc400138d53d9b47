/**
 * The common parts of the runtimes that use the HTTP API of an engine: calls with deadlines,
 * attached streams, credentials of registries, and the parts of a container that do not depend on
 * the engine. Internal to lofn: its API may change without notice.
 */
@NullMarked
package io.lofn.http;

import org.jspecify.annotations.NullMarked;
