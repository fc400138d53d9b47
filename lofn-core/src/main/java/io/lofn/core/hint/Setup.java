package io.lofn.core.hint;

import io.lofn.api.ContainerSettings;
import io.lofn.api.Tool;

/**
 * How a tool was run, as far as hints look at it.
 *
 * @param tool what was run
 * @param settings the container's effective settings
 * @param exchangePath where the tool saw the exchange
 * @param warm whether its container may have served other runs
 */
public record Setup(
    Tool<?, ?> tool, ContainerSettings settings, String exchangePath, boolean warm) {}
