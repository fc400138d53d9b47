package io.lofn.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.Tool;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonRowsTest {

  private static final Tool<String, String> TOOL = Tool.pipe("i:1");

  private static SparkSession spark;

  @BeforeAll
  static void start() {
    spark = LocalSpark.start(Map.of());
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static Dataset<Row> written(String line, String schema) {
    Dataset<Row> one = spark.createDataset(List.of("x"), Encoders.STRING()).toDF();
    Tool<String, String> writes = TOOL.shell("cat > /dev/null; printf '%s\\n' '" + line + "'");
    return Lofn.on(spark).map(one, writes, Rows.jsonLines(schema));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":1}} junk",
        "{\"a\":1}}",
        "{\"a\":1}}{\"record\":{\"a\":2}",
        "{\"a\":1} {\"a\":2}",
        "{\"a\":1},{\"a\":2}",
        "[{\"a\":1}]",
        "{\"a\":1",
        "{\"a\":\"1\"}",
        "null",
        "1",
      })
  void aLineThatIsMoreOrLessThanOneObjectIsAFault(String line) {
    assertThatThrownBy(() -> written(line, "a INT").collectAsList())
        .hasStackTraceContaining("Row 1 of the output of a run");
  }

  @Test
  void columnsWhoseNamesDifferInCaseAloneAreToldApart() {
    assertThat(written("{\"a\":1,\"A\":2}", "A INT, a INT").collectAsList())
        .containsExactly(RowFactory.create(2, 1));
    Dataset<Row> data =
        spark.createDataFrame(
            List.of(RowFactory.create(1, 2)), StructType.fromDDL("`a.b` INT, `A.B` INT"));
    Dataset<Row> back =
        Lofn.on(spark).map(data, TOOL.command("cat"), Rows.jsonLines(data.schema()));
    assertThat(back.columns()).containsExactly("a.b", "A.B");
    assertThat(back.collectAsList()).containsExactly(RowFactory.create(1, 2));
  }
}
