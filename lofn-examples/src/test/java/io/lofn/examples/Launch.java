package io.lofn.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.Map;

/**
 * The result of a program that was run as spark-submit runs it.
 *
 * @param exitCode the exit code
 * @param output standard output, a char a byte
 * @param errors standard error
 */
record Launch(int exitCode, String output, String errors) {

  static Launch of(Program program, Map<String, String> conf, String... args) {
    Map<String, String> properties = new HashMap<>(conf);
    properties.put("spark.master", "local[2]");
    properties.put("spark.ui.enabled", "false");
    properties.forEach(System::setProperty);
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    System.setOut(new PrintStream(output, true, ISO_8859_1));
    System.setErr(new PrintStream(errors, true, ISO_8859_1));
    try {
      int exitCode = program.execute(args);
      return new Launch(exitCode, output.toString(ISO_8859_1), errors.toString(ISO_8859_1));
    } finally {
      System.setOut(out);
      System.setErr(err);
      properties.keySet().forEach(System::clearProperty);
    }
  }
}
