package io.lofn.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ToolSpecTest {

  /** Setters whose key has another name, because it holds all that they add one by one. */
  private static final Map<String, String> PLURALS =
      Map.of("volume", "volumes", "label", "labels", "capability", "capabilities");

  private static final Tool<String, String> TOOL = Tool.pipe("a:1").command("x");

  private static Map<String, Object> document(Object... more) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("lofn", 1);
    document.put("image", "a:1");
    document.put("command", List.of("x"));
    for (int i = 0; i < more.length; i += 2) {
      document.put((String) more[i], more[i + 1]);
    }
    return document;
  }

  @Test
  void everySetterOfAToolHasAKeyAndEveryKeyASetter() {
    Set<String> setters =
        Arrays.stream(Tool.class.getMethods())
            .filter(method -> method.getReturnType() == Tool.class)
            .filter(method -> !Modifier.isStatic(method.getModifiers()))
            .map(Method::getName)
            .map(name -> PLURALS.getOrDefault(name, name))
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> keys =
        ToolKeys.all().stream()
            .map(ToolKeys.Key::name)
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(keys).isEqualTo(setters);
  }

  @Test
  void whatADocumentLeavesOutIsAsInANewTool() {
    assertThat(TOOL.toSpec().toMap())
        .containsExactly(
            Map.entry("lofn", 1L), Map.entry("image", "a:1"), Map.entry("command", List.of("x")));
  }

  @Test
  void aMapOfJavasOwnTypesIsADocument() {
    Map<String, Object> given = document("cpus", 1.5f, "pids", (short) 7, "memory", "1g");
    assertThat(Tool.of(ToolSpec.of(given)).toSpec())
        .isEqualTo(TOOL.cpus(1.5).pids(7).memory("1024m").toSpec());
  }

  @Test
  void aDocumentDoesNotChangeWithWhatItWasMadeOfOrWhatItGave() {
    Map<String, Object> given = document("env", new HashMap<>(Map.of("A", "1")));
    ToolSpec spec = ToolSpec.of(given);
    given.put("image", "b:1");
    ((List<?>) spec.toMap().get("command")).clear();
    spec.toMap().clear();
    assertThat(spec).isEqualTo(TOOL.env("A", "1").toSpec());
  }

  @Test
  void aDocumentIsSentByJavasSerializer() throws Exception {
    ToolSpec spec =
        ToolSpec.of(document("tmpfs", Map.of("/t", "1g"), "acceptedExitCodes", List.of(0, 3)));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(spec);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(in.readObject()).isEqualTo(spec);
    }
  }

  @Test
  void everySizeAndTimeComesBackExactly() {
    Random random = new Random(1);
    for (int i = 0; i < 1000; i++) {
      long number = random.nextLong() >>> 1 >>> random.nextInt(62) | 1;
      long shift = random.nextInt(Long.numberOfLeadingZeros(number));
      long bytes = Math.max(1, number << shift);
      Tool<?, ?> tool = TOOL.memory(bytes).timeout(Duration.ofMillis(Math.max(1, bytes >>> 2)));
      Tool<?, ?> again = Tool.of(tool.toSpec());
      assertThat(again.settings()).isEqualTo(tool.settings());
      assertThat(again.timeout()).isEqualTo(tool.timeout());
    }
  }

  @Test
  void everyNumberOfProcessorsComesBackExactly() {
    for (double cpus : new double[] {1, 0.1, 1.0 / 3, Double.MIN_VALUE, 1e300, 1L << 53, 1e18}) {
      Tool<?, ?> tool = TOOL.cpus(cpus);
      assertThat(Tool.of(tool.toSpec()).settings()).isEqualTo(tool.settings());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/a b", "/100%", "/a%20b", "/a?b#c", "/[a]", "/a:b", "/\u00e4", "file:///a%20b"})
  void everySourceOfAVolumeOrAnImageComesBackExactly(String source) {
    Tool<?, ?> tool = TOOL.volume(Volume.of(source).at("/t")).imageArchive(source);
    Tool<?, ?> again = Tool.of(ToolSpec.of(tool.toSpec().toMap()));
    assertThat(again.volumes().get(0).source()).isEqualTo(Volume.of(source).at("/t").source());
    assertThat(again.imageArchive()).isEqualTo(tool.imageArchive());
  }

  @Test
  void whatNoDocumentHoldsNoSetterTakes() {
    assertThatThrownBy(() -> TOOL.cpus(Double.POSITIVE_INFINITY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("cpus must be a number greater than 0, not Infinity");
    for (int code : new int[] {-1, 256, Integer.MIN_VALUE}) {
      assertThatThrownBy(() -> TOOL.acceptedExitCodes(0, code))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("Tool.acceptedExitCodes: an exit code is 0 to 255, not " + code);
    }
  }

  @Test
  void aTimeThatNoTextHoldsIsRefused() {
    assertThatThrownBy(() -> TOOL.timeout(Duration.ofNanos(1_500_000)).toSpec())
        .isInstanceOf(LofnException.class)
        .hasMessage(
            "Tool.timeout: PT0.0015S is no whole number of milliseconds, which a tool document"
                + " needs");
    assertThatThrownBy(() -> TOOL.idleTimeout(Duration.ofSeconds(Long.MAX_VALUE)).toSpec())
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("Tool.idleTimeout")
        .hasMessageContaining("too long");
  }

  @Test
  void aToolWithoutACommandIsNoDocument() {
    assertThatThrownBy(() -> Tool.pipe("a:1").toSpec())
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("call command, shell or imageEntrypoint first");
  }

  @Test
  void outputsThatAreCompressedTwiceAreNoDocument() {
    assertThatThrownBy(
            () -> TOOL.output(OutputFiles.matching("*").gzip().lines(Lines.text().gzip())).toSpec())
        .hasMessageContaining("compressed twice");
  }

  @Test
  void recordsThatAreLeftOutTwiceAreLeftOutTogether() {
    assertThat(TOOL.output(Lines.text().fromStdout().skip(2).skip(3)).toSpec())
        .isEqualTo(TOOL.output(Lines.text().fromStdout().skip(5)).toSpec());
    assertThat(TOOL.output(Lines.text().fromStdout().skip(Long.MAX_VALUE).skip(3)).toSpec().toMap())
        .containsEntry("output", Map.of("skip", Long.MAX_VALUE));
  }

  @ParameterizedTest
  @ValueSource(strings = {"lofn", "image", "command", "cpus", "env"})
  void aValueOfATypeThatNoDocumentHasIsRefused(String key) {
    Map<String, Object> document = document();
    document.put(key, new AtomicReference<>("x"));
    assertThatThrownBy(() -> ToolSpec.of(document))
        .isInstanceOfSatisfying(
            ToolSpecException.class,
            e -> {
              assertThat(e.path()).containsExactly(key);
              assertThat(e.problem()).contains("java.util.concurrent.atomic.AtomicReference");
            });
  }

  @Test
  void aKeyThatIsNoTextIsRefused() {
    Map<Object, Object> names = new HashMap<>();
    names.put(null, "x");
    Map<Object, Object> sorted = new TreeMap<>(Map.of(1, "x"));
    assertThatThrownBy(() -> ToolSpec.of(document("labels", names)))
        .isInstanceOf(ToolSpecException.class)
        .hasMessageContaining("labels has the key null");
    @SuppressWarnings({"unchecked", "rawtypes"}) // as a caller in Python or Groovy does
    Map<String, ?> untyped = (Map) sorted;
    assertThatThrownBy(() -> ToolSpec.of(untyped))
        .isInstanceOf(ToolSpecException.class)
        .hasMessageContaining("has the key 1, which is the number 1");
  }

  @Test
  void aFaultTellsItsPath() {
    assertThatThrownBy(
            () ->
                ToolSpec.of(
                    document(
                        "volumes",
                        List.of(
                            Map.of("source", "/a", "target", "/a"),
                            Map.of("source", "/b", "target", 7)))))
        .isInstanceOfSatisfying(
            ToolSpecException.class,
            e -> {
              assertThat(e.path()).isEqualTo(new ArrayList<>(List.of("volumes", 1, "target")));
              assertThat(e.problem()).isEqualTo("must be text, not the number 7; put it in quotes");
              assertThat(e)
                  .hasMessage(
                      "In the tool document, volumes[1].target must be text, not the number 7; put"
                          + " it in quotes");
            });
  }

  @Test
  void jsonHoldsEveryCharacter() {
    StringBuilder all = new StringBuilder();
    for (int c = 1; c < 0x3000; c++) {
      all.appendCodePoint(c);
    }
    String json = TOOL.env("A", all.append("\ud83e\uddec\uffff").toString()).toSpec().toJson();
    assertThat(json)
        .contains("\\u0001")
        .contains("\\u2028")
        .contains("\\ud83e\\uddec")
        .contains("\\\"");
    assertThat(json).matches("[ -~\\u00a0-\\ud7ff\\ue000-\\ufffd]*");
  }
}
