package io.lofn.files;

/**
 * How much a tree holds.
 *
 * @param files the number of names of regular files: a file with two of them counts twice
 * @param bytes the sum of their lengths, holes included
 * @param unseen the number of directories whose content is not in the sums, for they cannot be
 *     entered, or were changed meanwhile
 */
public record TreeSize(long files, long bytes, long unseen) {}
