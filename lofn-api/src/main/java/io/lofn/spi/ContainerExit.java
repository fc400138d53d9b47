package io.lofn.spi;

/**
 * How a container ended.
 *
 * @param code the exit code of its first process; 128 plus the number of a signal that ended it
 * @param outOfMemory whether the engine says that the memory limit was hit; engines miss some cases
 */
public record ContainerExit(int code, boolean outOfMemory) {}
