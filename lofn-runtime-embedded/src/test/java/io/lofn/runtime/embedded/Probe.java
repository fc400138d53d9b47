package io.lofn.runtime.embedded;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** src/test/c/probe.c: a program without a C library that tries what a tool may not do. */
final class Probe {

  /** What it finds inside: 1 is EPERM, 38 ENOSYS, 2 of filter that one is on. */
  static Map<String, String> inside(String arch) {
    Map<String, String> expected = new LinkedHashMap<>();
    for (String name : "getpid clone fchmodat2 socket-unix personality-query".split(" ", -1)) {
      expected.put(name, "0");
    }
    for (String name :
        ("unshare-user unshare-mount setns mount umount mount_setattr open_tree fsopen pivot_root chroot keyctl"
                + " add_key bpf io_uring_setup userfaultfd perf_event_open kexec_load reboot swapon init_module"
                + " settimeofday open_by_handle_at clone-user clone-mount socket-vsock socket-vsock-high socket-alg"
                + " socket-alg-high personality-random")
            .split(" ", -1)) {
      expected.put(name, "1");
    }
    for (String name : "clone3 newest negative x32".split(" ", -1)) {
      expected.put(name, "38");
    }
    expected.put("i386", arch.equals("x86_64") ? "signal 31" : "38");
    expected.put("filter", "2");
    return expected;
  }

  private Probe() {}

  /** Compiles it for an architecture. */
  static Path compile(String arch, Path directory) {
    Path program = directory.resolve("probe-" + arch);
    List<String> command = new ArrayList<>();
    command.add(arch.equals(NativeSources.here()) ? "gcc" : arch + "-linux-gnu-gcc");
    command.addAll(List.of("-std=c11", "-Os", "-Wall", "-Wextra", "-Werror"));
    command.addAll(
        List.of("-ffreestanding", "-fno-stack-protector", "-fno-tree-loop-distribute-patterns"));
    command.addAll(List.of("-fno-pie", "-no-pie", "-static", "-nostdlib", "-s"));
    command.add("-I" + NativeSources.MAIN.resolve("c"));
    command.addAll(NativeSources.filterHeader(arch, directory));
    command.addAll(
        List.of("-o", program.toString(), NativeSources.TESTS.resolve("probe.c").toString()));
    NativeSources.run(Map.of(), command.toArray(new String[0])).succeeded();
    return program;
  }

  /** Reads what it printed. Other lines, a kernel's or lofn-run's, are left out. */
  static Map<String, String> read(String output) {
    Map<String, String> results = new LinkedHashMap<>();
    for (String line : output.lines().toList()) {
      if (line.matches("(?!started)[a-z0-9_-]+ (signal )?[0-9]+")) {
        results.put(line.substring(0, line.indexOf(' ')), line.substring(line.indexOf(' ') + 1));
      }
    }
    return results;
  }
}
