package io.lofn.bench;

import picocli.CommandLine.Option;

/** The sizes of the scenarios. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class Sizes {

  @Option(
      names = "--runs",
      defaultValue = "5",
      description = "rounds of each measurement (default: ${DEFAULT-VALUE})")
  int rounds;

  @Option(
      names = "--partitions",
      defaultValue = "100",
      description = "tiny partitions, of cold and empty (default: ${DEFAULT-VALUE})")
  int partitions;

  @Option(
      names = "--phases",
      description = "also print where the time of a run goes, of cold, starts and share")
  boolean phases;

  @Option(
      names = "--warm-partitions",
      defaultValue = "1000",
      description = "tiny partitions, of starts, warm and share (default: ${DEFAULT-VALUE})")
  int warmPartitions;

  @Option(
      names = "--mib",
      defaultValue = "1024",
      description = "MiB of lines, of files and pipes (default: ${DEFAULT-VALUE})")
  int mebibytes;

  @Option(
      names = "--gib",
      defaultValue = "10",
      description = "GiB of text in one partition, of memory (default: ${DEFAULT-VALUE})")
  int gibibytes;

  @Option(
      names = "--binary-gib",
      defaultValue = "3",
      description = "GiB of one binary output, of memory (default: ${DEFAULT-VALUE})")
  int binaryGibibytes;

  @Option(
      names = "--archive-mib",
      defaultValue = "500",
      description = "MiB of an image's archive, of unpack (default: ${DEFAULT-VALUE})")
  int archiveMebibytes;

  @Option(
      names = "--image-mib",
      defaultValue = "500",
      description = "MiB of an image's compressed layers, of pull (default: ${DEFAULT-VALUE})")
  int imageMebibytes;

  @Option(
      names = "--drift-runs",
      defaultValue = "10000",
      description = "runs in warm containers, of drift (default: ${DEFAULT-VALUE})")
  int driftRuns;
}
