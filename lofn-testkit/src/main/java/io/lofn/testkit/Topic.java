package io.lofn.testkit;

/** A part of the contract. */
interface Topic {

  ContainerLab lab();
}
