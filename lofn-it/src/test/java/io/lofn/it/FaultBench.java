package io.lofn.it;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The faults of {@link FaultsIT}, many times, as a table. */
@Command(
    name = "faults",
    description = "Lets everything go wrong in jobs, and prints what is left behind.")
final class FaultBench implements Callable<Integer> {

  @Option(names = "--runtime", description = "docker, podman or embedded (default: all)")
  private String runtime;

  @Option(names = "--fault", description = "only faults whose name holds this text")
  private String fault = "";

  @Option(names = "--few", description = "as few times as in the tests")
  private boolean few;

  @Option(names = "--help", usageHelp = true, description = "print this and exit")
  @SuppressWarnings("UnusedVariable") // picocli asks for it by its annotation
  private boolean help;

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new FaultBench()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    boolean clean = true;
    System.out.println(FaultRow.HEADER);
    for (FaultSuite.Case each : FaultSuite.all()) {
      if ((runtime == null || runtime.equals(each.runtime())) && each.fault().contains(fault)) {
        FaultRow row = each.run(few ? each.few() : each.many());
        System.out.println(row);
        clean &= row.isClean();
      }
    }
    return clean ? 0 : 1;
  }
}
