package io.lofn.spi;

/**
 * An image that is present on this node.
 *
 * @param reference the name it was asked for by
 * @param id the engine's immutable id of it, such as {@code sha256:...}; containers are started
 *     from this, so that a tag that moves does not matter
 */
public record PreparedImage(String reference, String id) {}
