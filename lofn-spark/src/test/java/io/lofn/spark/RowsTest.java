package io.lofn.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.BinaryFile;
import io.lofn.api.Lines;
import io.lofn.api.LofnException;
import io.lofn.api.Tool;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tools over DataFrames. */
class RowsTest {

  private static final Tool<String, String> CAT = Tool.pipe("any").command("cat");
  private static final Tool<String, String> COUNT = Tool.pipe("any").shell("wc -l");
  private static final Tool<String, String> FIRST = Tool.pipe("any").shell("head -n 1; exec <&-");

  @TempDir private static Path home;

  private static SparkSession spark;
  private static Lofn lofn;

  @BeforeAll
  static void start() {
    spark = LocalSpark.start(Map.of());
    lofn = Lofn.on(spark);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static Dataset<Row> sql(String query) {
    return spark.sql(query);
  }

  private static List<String> texts(Dataset<Row> rows) {
    return rows.collectAsList().stream().map(Row::mkString).sorted().toList();
  }

  private static List<String> shown(Dataset<Row> rows) {
    return rows.collectAsList().stream().map(row -> row.mkString("|")).sorted().toList();
  }

  @Test
  void oneColumnOfTextIsTheLinesOfATool() {
    Dataset<Row> data = sql("SELECT * FROM VALUES ('b'), (''), ('a') AS t(anything)");
    Dataset<Row> back = lofn.map(data, CAT, Rows.text());
    assertThat(back.schema().toDDL()).isEqualTo("value STRING");
    assertThat(texts(back)).containsExactly("", "a", "b");
  }

  @Test
  void oneColumnOfBytesIsTheRecordsOfATool() {
    Tool<byte[], byte[]> cat =
        Tool.of("any", Lines.text().bytes().toStdin(), Lines.text().bytes().fromStdout())
            .command("cat");
    Dataset<Row> back =
        lofn.map(sql("SELECT X'ff00fe' AS b UNION ALL SELECT X''"), cat, Rows.binary());
    assertThat(back.schema().fields()[0].dataType()).isEqualTo(DataTypes.BinaryType);
    assertThat(
            back.collectAsList().stream()
                .map(row -> (byte[]) row.get(0))
                .sorted(Arrays::compare)
                .toList())
        .usingElementComparator(Arrays::compare)
        .containsExactly(new byte[0], new byte[] {-1, 0, -2});
  }

  @Test
  void whatComesOutMayHaveOtherColumnsThanWhatGoesIn() {
    Dataset<Row> back =
        lofn.map(
            sql("SELECT * FROM VALUES ('a', 1), ('a', 2), ('b', 3) AS t(k, v)").coalesce(1),
            Tool.pipe("any")
                .shell(
                    "awk -F'\\t' -v OFS='\\t' '{n[$1] += $2} END {for (k in n) print k, n[k],"
                        + " \"\"}'"),
            Rows.tsv("k STRING, sum INT, nothing DATE"));
    assertThat(back.schema().toDDL()).isEqualTo("k STRING,sum INT,nothing DATE");
    assertThat(shown(back)).containsExactly("a|3|null", "b|3|null");
  }

  @Test
  void columnsAreAskedForByTheirPlaceWhateverTheirNames() {
    Dataset<Row> data = sql("SELECT 1 AS `a.b`, 2 AS `a.b`, 3 AS ``, 4 AS `x``y`, 5 AS `A.B`");
    assertThat(shown(lofn.map(data, CAT, Rows.csv("`p.q` INT, `` INT, `p` INT, `P` INT, `1` INT"))))
        .containsExactly("1|2|3|4|5");
    assertThatThrownBy(() -> lofn.map(data, CAT, Rows.jsonLines("x INT")))
        .isInstanceOf(LofnException.class)
        .hasMessage(
            "The input has two columns 'a.b'; keys of JSON must differ: rename one of them");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 200})
  void asManyColumnsAsThereAre(int count) {
    StructType schema = new StructType();
    Object[] values = new Object[count];
    for (int i = 0; i < count; i++) {
      schema = schema.add("c" + i, DataTypes.StringType);
      values[i] = i % 3 == 0 ? null : "v" + i;
    }
    Dataset<Row> data = spark.createDataFrame(List.of(RowFactory.create(values)), schema);
    for (Rows rows : List.of(Rows.tsv(schema), Rows.csv(schema), Rows.jsonLines(schema))) {
      assertThat(lofn.map(data, CAT, rows).collectAsList()).isEqualTo(data.collectAsList());
    }
  }

  @Test
  void rowsWithoutColumnsAreRowsInJsonAndRefusedElsewhere() {
    Dataset<Row> none = spark.range(3).toDF().drop("id");
    assertThat(lofn.map(none, CAT, Rows.jsonLines(new StructType())).count()).isEqualTo(3);
    assertThatThrownBy(() -> lofn.map(none, CAT, Rows.tsv("a INT")))
        .hasMessageContaining("The input has no column");
    assertThatThrownBy(() -> Rows.csv(new StructType()))
        .hasMessageContaining("The output of Rows.csv has no column");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "SELECT array(1) AS x; tsv; 'x' is of the type ARRAY<INT>, which Rows.tsv does not hold"
            + " exactly; use Rows.jsonLines",
        "SELECT struct(1) AS x; csv; 'x' is of the type STRUCT<",
        "SELECT map('a', 1) AS x; csv; 'x' is of the type MAP<",
        "SELECT X'00' AS x; tsv; 'x' is of the type BINARY",
        "SELECT map(1, 'a') AS x; json; 'x' is of the type MAP<INT, STRING>, which Rows.jsonLines"
            + " does not hold exactly",
        "SELECT INTERVAL '1' DAY AS x; json; 'x' is of the type INTERVAL DAY, which Rows.jsonLines"
            + " does not hold exactly; cast it",
        "SELECT NULL AS x; json; 'x' is of the type VOID",
        "SELECT array(make_interval(1)) AS x; json; 'x' is of the type ARRAY<INTERVAL>",
      })
  void aTypeThatIsNotHeldExactlyIsRefusedByNameOnTheDriver(
      String query, String format, String says) {
    String ddl = "y INT";
    Rows rows =
        switch (format.strip()) {
          case "tsv" -> Rows.tsv(ddl);
          case "csv" -> Rows.csv(ddl);
          default -> Rows.jsonLines(ddl);
        };
    assertThatThrownBy(() -> lofn.map(sql(query), CAT, rows))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining(says.strip());
  }

  @Test
  void aSchemaThatIsNoneIsRefusedWhenItIsGiven() {
    assertThatThrownBy(() -> Rows.tsv("a FOO, b"))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("'a FOO, b' is no schema");
    assertThatThrownBy(() -> Rows.csv("a ARRAY<INT>"))
        .hasMessageContaining("The output of Rows.csv: the column 'a' is of the type ARRAY<INT>");
    assertThatThrownBy(() -> Rows.jsonLines("a INT, a INT"))
        .hasMessageContaining("two columns 'a'");
  }

  @Test
  void anInputOfAnotherFormIsRefusedWithItsColumns() {
    assertThatThrownBy(() -> lofn.map(sql("SELECT 1 AS a, 'x' AS b"), CAT, Rows.text()))
        .hasMessageContaining("Rows.text takes one column of the type STRING")
        .hasMessageContaining("[a INT, b STRING]");
    assertThatThrownBy(() -> lofn.map(sql("SELECT 1 AS a"), CAT, Rows.text()))
        .hasMessageContaining("[a INT]");
    assertThatThrownBy(() -> lofn.map(sql("SELECT 'x' AS a"), CAT, Rows.binary()))
        .hasMessageContaining("Rows.binary takes one column of the type BINARY");
  }

  @Test
  void aToolOfOtherRecordsIsRefused() {
    Tool<String, BinaryFile> files = CAT.output(BinaryFile.fromStdout());
    assertThatThrownBy(() -> lofn.map(sql("SELECT 'x'"), files, Rows.text()))
        .hasMessage(
            "Rows.text has records of text (Lines), but the output layout of the tool has records"
                + " of whole files (BinaryFile); give the tool another output");
    assertThatThrownBy(() -> lofn.map(sql("SELECT X'00'"), CAT, Rows.binary()))
        .hasMessageContaining("the input layout of the tool has records of text");
  }

  @Test
  void aLineBreakInAFieldIsRefusedByTheNameOfItsColumn() {
    for (String text : List.of("a\nb", "a\rb", "\ufeffa")) {
      Dataset<Row> data =
          spark.createDataFrame(
              List.of(RowFactory.create("x", "fine", text)),
              new StructType()
                  .add("a", DataTypes.StringType)
                  .add("b", DataTypes.StringType)
                  .add("bad one", DataTypes.StringType));
      Dataset<Row> back =
          lofn.map(data.select("bad one", "a", "b"), CAT, Rows.tsv("a STRING, b STRING, c STRING"));
      assertThatThrownBy(back::collect)
          .hasStackTraceContaining("the column 'bad one' has a line break");
      assertThat(lofn.map(data, CAT, Rows.jsonLines("`bad one` STRING")).collectAsList())
          .containsExactly(RowFactory.create(text));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '|',
      value = {
        "tsv; 1; a INT, b INT",
        "tsv; 1\\t2\\t3; a INT, b INT",
        "tsv; x\\t2; a INT, b INT",
        "tsv; 1.5\\t2; a INT, b INT",
        "csv; 99999999999,2; a INT, b INT",
        "csv; 2026-xx-30,1; a DATE, b INT",
        "csv; yes,1; a BOOLEAN, b INT",
        "csv; 1,1000; a INT, b DECIMAL(3,0)",
        "tsv; ; a INT, b INT",
        "jsonLines; {\"a\": 1; a INT",
        "jsonLines; [{\"a\": 1}]; a INT",
        "jsonLines; {\"a\": 1} {\"a\": 2}; a INT",
        "jsonLines; {\"a\": 1}x; a INT",
        "jsonLines; {\"a\": \"x\"}; a INT",
        "jsonLines; {\"a\": 1.5}; a INT",
        "jsonLines; null; a INT",
        "jsonLines; 7; a INT",
        "jsonLines; ; a INT",
        "jsonLines; a; a INT",
        "jsonLines; {'a': 1}; a INT",
      })
  void aLineThatDoesNotFitIsAnErrorWithItsRowAndItsRunAndNeverNull(
      String format, String line, String schema) {
    String text = line == null ? "" : line.replace("\\t", "\t");
    Rows rows =
        switch (format) {
          case "tsv" -> Rows.tsv(schema);
          case "csv" -> Rows.csv(schema);
          default -> Rows.jsonLines(schema);
        };
    String good = format.equals("jsonLines") ? "{}" : format.equals("csv") ? "," : "\t";
    Tool<String, String> tool = Tool.pipe("any").command("printf", "%s\\n%s\\n", good, text);
    Dataset<Row> back = lofn.map(sql("SELECT '1' AS x").coalesce(1), tool, rows);
    assertThatThrownBy(back::collect)
        .hasStackTraceContaining(
            "Row 2 of the output of a run, in partition 0, does not fit the schema");
    assertThatThrownBy(back::count).hasStackTraceContaining("Row 2 of the output");
    assertThatThrownBy(() -> back.select(functions.lit(1)).collect())
        .hasStackTraceContaining("Row 2 of the output");
  }

  /** Spark 3.5 has words of its own for a date that its old parser took for another one. */
  @Test
  void aDateThatIsNoneIsAnErrorAndNeverAnotherDay() {
    Tool<String, String> tool = Tool.pipe("any").command("echo", "2026-02-30");
    assertThatThrownBy(
            () -> lofn.map(sql("SELECT '1' AS x").coalesce(1), tool, Rows.csv("a DATE")).collect())
        .hasStackTraceContaining("2026-02-30");
  }

  @Test
  void whatAToolWroteDoesNotControlATerminalByAMessage() {
    Tool<String, String> tool = Tool.pipe("any").command("printf", "\\033[31mred\\n");
    assertThatThrownBy(
            () -> lofn.map(sql("SELECT '1' AS x").coalesce(1), tool, Rows.csv("a INT")).collect())
        .hasStackTraceContaining("?[31mred")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\u001b"));
  }

  @Test
  void aRecordWithMoreFieldsThanTheParserTakesIsAnErrorToo() {
    Tool<String, String> tool =
        Tool.pipe("any")
            .shell("i=0; while [ $i -lt 3000 ]; do printf '%s,' x; i=$((i+1)); done; echo");
    assertThatThrownBy(() -> lofn.map(sql("SELECT '1' AS x"), tool, Rows.csv("a STRING")).collect())
        .isInstanceOf(Exception.class);
  }

  @Test
  void keptColumnsPassByTheTool() {
    Dataset<Row> data =
        sql("SELECT * FROM VALUES ('s1', 1, 'x'), ('s1', 2, 'y') AS t(sample, n, text)")
            .coalesce(1);
    Dataset<Row> back =
        lofn.map(
            data, Tool.pipe("any").shell("cat; echo 9"), Rows.tsv("m INT").keep("sample", "text"));
    assertThat(back.columns()).containsExactly("sample", "text", "m");
    assertThatThrownBy(back::collect)
        .hasStackTraceContaining(
            "Rows.keep: the column 'text' has more than one value in a run, x and y");
    assertThat(
            shown(
                lofn.map(
                    data.drop("text"),
                    Tool.pipe("any").shell("cat; echo 9"),
                    Rows.tsv("m INT").keep("sample"))))
        .containsExactly("s1|1", "s1|2", "s1|9");
  }

  @Test
  void aRunWithoutRowsHasNothingToKeepAndDoesNotTakePlace() {
    Dataset<Row> none = sql("SELECT 'a' AS s, 'b' AS t WHERE 1 = 0").repartition(2);
    assertThat(lofn.map(none, COUNT, Rows.text().keep("s")).collectAsList()).isEmpty();
    assertThat(lofn.map(none.drop("s").coalesce(1), COUNT, Rows.text()).count())
        .as("without keep a tool runs on nothing, too")
        .isLessThanOrEqualTo(1);
  }

  @Test
  void eachGroupIsARunAndItsKeysAreBeforeWhatItWrites() {
    Dataset<Row> data =
        sql(
            "SELECT id % 7 AS k, CASE WHEN id % 2 = 0 THEN 'e' END AS odd, CAST(id AS STRING) AS t"
                + " FROM range(0, 100, 1, 5)");
    Dataset<Row> counts = lofn.map(data, COUNT, Rows.tsv("n INT").groupBy("k", "odd"));
    assertThat(counts.columns()).containsExactly("k", "odd", "n");
    List<String> expected =
        shown(
            sql(
                "SELECT id % 7 AS k, CASE WHEN id % 2 = 0 THEN 'e' END AS odd, count(*) FROM"
                    + " range(100) GROUP BY 1, 2"));
    assertThat(shown(counts)).isEqualTo(expected);
  }

  @Test
  void groupsAreThoseOfSparkForFloatsToo() {
    Dataset<Row> data =
        sql("SELECT * FROM VALUES (DOUBLE('NaN'), 'a'), (DOUBLE('NaN'), 'b'), (-0.0D, 'c'), (0.0D,"
                + " 'd'), (NULL, 'e'), (NULL, 'f') AS t(k, v)")
            .repartition(3);
    assertThat(shown(lofn.map(data, COUNT, Rows.tsv("n INT").groupBy("k"))))
        .containsExactly("0.0|2", "NaN|2", "null|2");
  }

  @Test
  void theRowsOfAGroupAreSortedIfAskedFor() {
    Dataset<Row> data = sql("SELECT id % 3 AS k, 20 - id AS v FROM range(0, 12, 1, 4)");
    Dataset<Row> firsts = lofn.map(data, FIRST, Rows.tsv("least INT").groupBy("k").sortBy("v"));
    assertThat(shown(firsts)).containsExactly("0|11", "1|10", "2|9");
  }

  @Test
  void aToolThatStopsReadingDoesNotMixGroups() {
    Dataset<Row> data =
        sql(
            "SELECT id % 4 AS k, repeat(CAST(id % 4 AS STRING), 100) AS v FROM range(0, 40000, 1,"
                + " 2)");
    List<String> firsts = shown(lofn.map(data, FIRST, Rows.text().groupBy("k")));
    assertThat(firsts)
        .containsExactly(
            IntStream.range(0, 4)
                .mapToObj(k -> k + "|" + Integer.toString(k).repeat(100))
                .toArray(String[]::new));
  }

  @Test
  void aFailureInTheMiddleOfTheGroupsEndsTheJob() {
    Dataset<Row> data = sql("SELECT id AS k, CAST(id AS STRING) AS v FROM range(0, 10, 1, 1)");
    Tool<String, String> tool = Tool.pipe("any").shell("read x; [ $x != 5 ] || exit 3; echo $x");
    assertThatThrownBy(() -> lofn.map(data, tool, Rows.text().groupBy("k")).collect())
        .hasStackTraceContaining("exit code 3");
  }

  @Test
  void packedGroupsAreWholeInOneRun() {
    Dataset<Row> data = sql("SELECT id % 50 AS k, id AS v FROM range(0, 1000, 1, 4)");
    Dataset<Row> counts =
        lofn.map(
            data,
            Tool.pipe("any").shell("cut -f 1 | uniq -c | awk -v OFS='\\t' '{print $2, $1}'"),
            Rows.tsv("k INT, n INT").groupBy("k").packed());
    assertThat(counts.columns()).containsExactly("k", "n");
    assertThat(shown(counts))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, 50).mapToObj(k -> k + "|20").toList());
    assertThatThrownBy(() -> lofn.map(data, CAT, Rows.tsv("a INT").packed()))
        .hasMessageContaining("Rows.packed needs Rows.groupBy");
  }

  @Test
  void columnsThatAreNotThereOrNoKeysAreRefused() {
    Dataset<Row> data = sql("SELECT 1 AS a, 2 AS b, 3 AS b, array(1) AS c");
    assertThatThrownBy(() -> lofn.map(data, CAT, Rows.tsv("x INT").keep("z")))
        .hasMessage("Rows.keep: there is no column 'z'; the columns are [a, b, b, c]");
    assertThatThrownBy(() -> lofn.map(data, CAT, Rows.tsv("x INT").groupBy("b")))
        .hasMessageContaining("2 columns have the name 'b'");
    assertThatThrownBy(() -> lofn.map(data, CAT, Rows.tsv("x INT").groupBy("c")))
        .hasMessageContaining("'c' is of the type ARRAY<INT>");
    assertThatThrownBy(() -> Rows.text().keep("a").keep("a")).hasMessageContaining("twice");
    assertThatThrownBy(() -> Rows.text().sortBy()).hasMessageContaining("no column is named");
  }

  @Test
  void whatComesOutIsADataFrameLikeAnyOther() {
    Dataset<Row> data = sql("SELECT id AS a, CAST(id * 2 AS STRING) AS b FROM range(100)");
    data.write().partitionBy("b").parquet(home.resolve("p").toString());
    Dataset<Row> table =
        spark.read().parquet(home.resolve("p").toString()).select("a", "b").where("a < 50");
    Dataset<Row> back = lofn.map(table, CAT, Rows.csv("a BIGINT, b INT"));
    assertThat(back.join(data, back.col("a").equalTo(data.col("a"))).count()).isEqualTo(50);
    assertThat(
            back.withColumn(
                    "sum",
                    functions
                        .sum("b")
                        .over(Window.orderBy("a").rowsBetween(Window.unboundedPreceding(), 0)))
                .agg(functions.max("sum"))
                .first()
                .getLong(0))
        .isEqualTo(2450);
    assertThat(back.as("x").join(back.as("y"), functions.expr("x.a = y.a")).count()).isEqualTo(50);
    assertThat(
            lofn.map(back.groupBy("a").count(), COUNT, Rows.tsv("n INT"))
                .agg(functions.sum("n"))
                .first()
                .getLong(0))
        .isEqualTo(50);
    assertThat(lofn.map(back, CAT, Rows.csv("a BIGINT, b INT")).limit(1).count()).isEqualTo(1);
  }

  @Test
  void aCachedResultRunsOnce() throws Exception {
    Path runs = home.resolve("runs");
    Tool<String, String> tool = Tool.pipe("any").shell("cat; echo x >> " + runs);
    Dataset<Row> back = lofn.map(sql("SELECT 'a' AS t").coalesce(1), tool, Rows.text()).cache();
    assertThat(back.count()).isEqualTo(1);
    assertThat(back.collectAsList()).hasSize(1);
    assertThat(runs).hasContent("x");
  }

  @Test
  void anOrderSensitiveToolTakesRows() {
    Dataset<Row> data = sql("SELECT id, CAST(id AS STRING) AS t FROM range(10)").repartition(2);
    assertThat(shown(lofn.map(data, CAT.orderSensitive(), Rows.csv("a INT, b STRING"))))
        .isEqualTo(shown(data));
  }

  @Test
  void textThatIsNullIsRefusedAndNotDropped() {
    assertThatThrownBy(
            () -> lofn.map(sql("SELECT CAST(NULL AS STRING) AS t"), CAT, Rows.text()).collect())
        .hasStackTraceContaining("is null, which cannot be written");
    assertThatThrownBy(
            () ->
                lofn.map(
                        sql("SELECT 1 AS k, CAST(NULL AS STRING) AS t"), CAT, Rows.text().keep("k"))
                    .collect())
        .hasStackTraceContaining("is null, which cannot be written");
  }

  @Test
  void aBatchOfAStreamIsADataFrame() throws Exception {
    Path in = home.resolve("stream");
    spark.createDataset(List.of("a", "b"), Encoders.STRING()).write().text(in.toString());
    List<String> seen = new ArrayList<>();
    spark
        .readStream()
        .schema("value STRING")
        .text(in.toString())
        .writeStream()
        .foreachBatch(
            (org.apache.spark.api.java.function.VoidFunction2<Dataset<Row>, Long>)
                (batch, id) -> seen.addAll(texts(lofn.map(batch, CAT, Rows.text()))))
        .option("checkpointLocation", home.resolve("checkpoint").toString())
        .trigger(org.apache.spark.sql.streaming.Trigger.AvailableNow())
        .start()
        .awaitTermination();
    assertThat(seen).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void longTextsAndManyRowsComeBack() {
    String expected =
        IntStream.range(0, 20_000).mapToObj(i -> i + "\u00e4").collect(Collectors.joining(","));
    Dataset<Row> data = spark.createDataset(List.of(expected, "x"), Encoders.STRING()).toDF("t");
    assertThat(texts(lofn.map(data, CAT, Rows.csv("t STRING")))).contains(expected);
    assertThat(expected.getBytes(StandardCharsets.UTF_8)).hasSizeGreaterThan(100_000);
  }
}
