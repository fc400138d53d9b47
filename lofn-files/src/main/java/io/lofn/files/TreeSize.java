package io.lofn.files;

/**
 * The size of a tree.
 *
 * @param files the number of names of regular files: a file with two names counts twice
 * @param bytes the sum of their lengths, holes included
 * @param unseen the number of directories whose content is not counted, because they cannot be read
 *     or were replaced meanwhile
 */
public record TreeSize(long files, long bytes, long unseen) {}
