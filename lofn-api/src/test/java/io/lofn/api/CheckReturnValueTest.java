package io.lofn.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Error Prone reports for setters whose result is dropped. */
class CheckReturnValueTest {

  private static final Pattern CHECKED =
      Pattern.compile("Uses[.]java:([0-9]+): error: \\[CheckReturnValue\\]");

  private static final List<String> DROPPED =
      List.of(
          "tool.shell(\"sort\");",
          "tool.command(\"sort\", \"-n\");",
          "tool.env(\"A\", \"b\").cpus(2);",
          "tool.orderSensitive();",
          "Tool.pipe(\"busybox:1\");",
          "Lines.text().gzip();",
          "Lines.text().bytes().toStdin();",
          "Lines.text().fromStdout().and(Lines.text().fromFile(\"a\"));",
          "Lines.text().fromStdout().filter(each -> true);",
          "Lines.text().fromStdout().skip(1);",
          "OutputFiles.matching(\"out/*\").gzip();",
          "InputFiles.<String>text(each -> each, each -> each).gzip();",
          "Volume.of(\"/a\").at(\"/b\").readWrite();",
          "ResourceLimits.none().memory(1);",
          "for (String each : new String[] {\"a\"}) tool.volume(Volume.of(each).at(each));");

  private static final List<String> USED =
      List.of(
          "Tool<String, String> sorts = tool.shell(\"sort\");",
          "tool = tool.env(\"A\", \"b\");",
          "ContainerSettings.Builder settings = ContainerSettings.defaults().toBuilder();",
          "settings.user(\"1:1\");",
          "System.out.println(sorts.image());");

  @TempDir private Path directory;

  @Test
  void aSetterWhoseResultIsDroppedDoesNotCompile() throws Exception {
    List<String> lines = new ArrayList<>();
    lines.add("import io.lofn.api.*; class Uses { void use(Tool<String, String> tool) {");
    lines.addAll(USED);
    lines.addAll(DROPPED);
    lines.add("}}");

    List<Integer> expected = new ArrayList<>();
    for (String each : DROPPED) {
      expected.add(lines.indexOf(each) + 1);
    }

    assertThat(linesThatDoNotCompile(lines)).containsExactlyElementsOf(expected);
  }

  private List<Integer> linesThatDoNotCompile(List<String> lines)
      throws IOException, InterruptedException {
    Path source = Files.write(directory.resolve("Uses.java"), lines);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "javac").toString());
    for (String each :
        List.of("api", "file", "main", "model", "parser", "processing", "tree", "util")) {
      command.add("-J--add-exports=jdk.compiler/com.sun.tools.javac." + each + "=ALL-UNNAMED");
    }
    for (String each : List.of("code", "comp")) {
      command.add("-J--add-opens=jdk.compiler/com.sun.tools.javac." + each + "=ALL-UNNAMED");
    }
    String classPath = System.getProperty("java.class.path");
    command.addAll(List.of("-processorpath", classPath, "-classpath", classPath, "-proc:none"));
    command.addAll(List.of("-XDcompilePolicy=simple", "--should-stop=ifError=FLOW"));
    command.addAll(List.of("-Xplugin:ErrorProne", "-d", directory.toString(), source.toString()));
    Process javac = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(javac.getInputStream().readAllBytes(), UTF_8);
    assertThat(javac.waitFor()).as(said).isEqualTo(1);
    List<Integer> found = new ArrayList<>();
    for (Matcher error = CHECKED.matcher(said); error.find(); ) {
      found.add(Integer.valueOf(error.group(1)));
    }
    assertThat(said.lines().filter(line -> line.contains(": error:"))).hasSameSizeAs(found);
    return found;
  }
}
