package io.lofn.core.config;

/** When an executor tries, before its first run, whether containers see its files. */
public enum ProbeMode {
  /** Where it may go wrong: a path map is set, or the executor seems to be in a container. */
  AUTO,
  ALWAYS,
  NEVER
}
