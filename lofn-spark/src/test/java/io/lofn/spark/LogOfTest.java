package io.lofn.spark;

import java.io.StringWriter;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.WriterAppender;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.layout.PatternLayout;

/** Captures what is logged meanwhile, in the form of an executor's log file. */
final class LogOfTest implements AutoCloseable {

  private final StringWriter text = new StringWriter();
  private final LoggerContext context = (LoggerContext) LogManager.getContext(false);
  private final LoggerConfig root = context.getConfiguration().getRootLogger();
  private final WriterAppender appender =
      WriterAppender.createAppender(
          PatternLayout.newBuilder().withPattern("ENTRY %p %c{1}: %m%n%ex").build(),
          null,
          text,
          "log of test",
          false,
          true);

  LogOfTest() {
    appender.start();
    root.addAppender(appender, Level.TRACE, null);
    context.updateLoggers();
  }

  String text() {
    return text.toString();
  }

  @Override
  public void close() {
    root.removeAppender("log of test");
    context.updateLoggers();
    appender.stop();
  }
}
