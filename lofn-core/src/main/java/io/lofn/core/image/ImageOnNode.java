package io.lofn.core.image;

/**
 * An image that a node is ready to run.
 *
 * @param host the node's name
 * @param runtime the name of the runtime that has the image
 * @param image the tool's name of the image
 * @param id the engine's immutable id of it
 */
public record ImageOnNode(String host, String runtime, String image, String id) {}
