package io.lofn.core.document;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.lofn.api.ToolSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The published schema, {@code docs/tool.schema.json}, and what lofn reads say the same. */
class ToolSchemaTest {

  private static final Path PUBLISHED = Path.of("..", "docs", "tool.schema.json");
  private static final ObjectMapper JSON = new ObjectMapper();

  private static JsonSchema schema() {
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
        .getSchema(JSON.<JsonNode>valueToTree(ToolSpec.schema()));
  }

  static List<Corpus.Valid> valid() {
    return Corpus.valid();
  }

  static List<Corpus.Invalid> invalid() {
    return Corpus.invalid().stream().filter(each -> each.schema().isPresent()).toList();
  }

  @Test
  void thePublishedFileIsTheOneThatTheKeysGive() throws Exception {
    String generated =
        JSON.writerWithDefaultPrettyPrinter().writeValueAsString(ToolSpec.schema()) + "\n";
    if (Boolean.getBoolean("lofn.docs.write")) {
      Files.writeString(PUBLISHED, generated);
    }
    assertThat(PUBLISHED).hasContent(generated);
  }

  @ParameterizedTest
  @MethodSource("valid")
  void theSchemaAcceptsWhatLofnReadsAsItIsWrittenAndInItsShortestForm(Corpus.Valid each)
      throws Exception {
    assertThat(schema().validate(JSON.readTree(each.means()))).isEmpty();
    assertThat(schema().validate(document(each.text()))).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("invalid")
  void theSchemaRefusesWhatASchemaCanTell(Corpus.Invalid each) throws Exception {
    assertThat(schema().validate(document(each.text())).isEmpty())
        .isNotEqualTo(each.schema().orElseThrow());
  }

  private static JsonNode document(String text) throws DocumentException, JsonProcessingException {
    return JSON.valueToTree(DocumentTree.of(text).values());
  }
}
