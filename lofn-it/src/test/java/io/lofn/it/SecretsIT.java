package io.lofn.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.PullPolicy;
import io.lofn.api.Tool;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.WriterAppender;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.layout.PatternLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever level the user logs at, no log has a secret of a tool or a registry. */
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SecretsIT {

  private static final String IMAGE = "busybox:1";
  private static final String SECRET = "x9Kq-of-the-tool-7Zw2";
  private static final Pattern ENCODED = Pattern.compile("[A-Za-z0-9+/_-]{12,}");

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  @TempDir private Path directory;

  private final StringWriter log = new StringWriter();
  private final LoggerContext context = (LoggerContext) LogManager.getContext(false);
  private final LoggerConfig root = context.getConfiguration().getRootLogger();
  private final Level level = root.getLevel();
  private final WriterAppender appender =
      WriterAppender.createAppender(
          PatternLayout.newBuilder().withPattern("%c %m%n%ex").build(),
          null,
          log,
          "secrets",
          false,
          true);

  static List<Map<String, String>> runtimes() {
    return EveryRuntimeIT.runtimes();
  }

  /** Podman's is told by its environment alone, and its client does not log. */
  static List<Map<String, String>> engines() {
    return Engines.ENGINES.subList(0, 1);
  }

  @BeforeEach
  void logAll() {
    appender.start();
    root.addAppender(appender, Level.ALL, null);
    root.setLevel(Level.TRACE);
    context.updateLoggers();
  }

  @AfterEach
  void logAsBefore() throws Exception {
    root.removeAppender("secrets");
    root.setLevel(level);
    context.updateLoggers();
    appender.stop();
    SPARK.awaitNothingLeft();
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void theEnvironmentOfAToolIsInNoLog(Map<String, String> runtime) {
    for (boolean reuse : List.of(false, true)) {
      Map<String, String> settings = new HashMap<>(runtime);
      settings.put("spark.lofn.container.reuse", Boolean.toString(reuse));
      settings.put("spark.lofn.container.reuse.idle", "1s");
      // A pattern, or the command itself would have it.
      Tool<String, String> asks =
          Tool.pipe(IMAGE)
              .env("TOKEN", SECRET)
              .shell("cat; case $TOKEN in x9Kq?of?the?tool?7Zw2) echo known;; esac");

      assertThat(
              SPARK
                  .lofn(settings)
                  .map(SPARK.context().parallelize(List.of("a"), 1), asks)
                  .collect())
          .containsExactly("a", "known");
      assertThatThrownBy(
              () ->
                  SPARK
                      .lofn(settings)
                      .map(
                          SPARK.context().parallelize(List.of("a"), 1),
                          asks.shell("cat > /dev/null; exit 3"))
                      .collect())
          .satisfies(failure -> assertThat(traceOf(failure)).doesNotContain(SECRET));
    }

    assertThat(log.toString()).contains("ended with exit code 0");
    assertNotTold(log.toString(), SECRET);
  }

  @ParameterizedTest
  @MethodSource("engines")
  void thePasswordOfARegistryIsInNoLog(Map<String, String> runtime) throws IOException {
    Path login = Files.createDirectory(directory.resolve("login"));
    try (Registry registry = new Registry(directory, true)) {
      String image = registry.push(IMAGE, "closed");
      Files.writeString(login.resolve("config.json"), registry.credentials(Registry.PASSWORD));
      Map<String, String> settings = new HashMap<>(runtime);
      settings.put("spark.lofn.docker.config", login.toString());
      try {
        assertThat(
                SPARK
                    .lofn(settings)
                    .map(
                        SPARK.context().parallelize(List.of("a"), 1),
                        Tool.pipe(image).pullPolicy(PullPolicy.ALWAYS).command("cat"))
                    .collect())
            .containsExactly("a");
      } finally {
        Engines.exclusivelyOnImages(runtime.get("spark.lofn.runtime"), "rmi", "-f", image);
      }
    }

    assertNotTold(log.toString(), Registry.USER + ":" + Registry.PASSWORD);
    assertNotTold(log.toString(), "\"" + Registry.PASSWORD + "\"");
    assertNotTold(log.toString(), "=" + Registry.PASSWORD);
  }

  private static void assertNotTold(String log, String secret) {
    assertThat(log.lines().filter(line -> tells(line, secret))).as(secret).isEmpty();
  }

  /** In plain, or where a word of the line is base64. */
  private static boolean tells(String line, String secret) {
    return line.contains(secret)
        || ENCODED
            .matcher(line)
            .results()
            .map(MatchResult::group)
            .anyMatch(word -> hides(word, secret));
  }

  private static boolean hides(String word, String secret) {
    return Stream.of(Base64.getDecoder(), Base64.getUrlDecoder())
        .anyMatch(
            decoder -> {
              try {
                String whole = word.substring(0, word.length() - (word.length() % 4 == 1 ? 1 : 0));
                return new String(decoder.decode(whole), ISO_8859_1).contains(secret);
              } catch (IllegalArgumentException e) {
                return false;
              }
            });
  }

  private static String traceOf(Throwable failure) {
    StringWriter trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace));
    return trace.toString();
  }
}
