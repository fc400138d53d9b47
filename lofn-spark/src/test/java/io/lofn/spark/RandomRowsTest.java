package io.lofn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.Tool;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scala.jdk.javaapi.CollectionConverters;

/**
 * DataFrames of random schemas come back equal from {@code cat}. One that does not is made smaller,
 * column by column and row by row, before it is shown.
 */
class RandomRowsTest {

  private static final int FRAMES = 100;
  private static final Tool<String, String> CAT = Tool.pipe("any").command("cat");

  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "a",
          "NULL",
          "null",
          "\\N",
          "\"",
          "\"\"",
          "\\",
          "\\\"",
          "a\tb",
          "a,b",
          "'",
          "#x",
          "-",
          " lead",
          "trail ",
          "\u0000",
          "\u0001",
          "\u00e4\u4e2d\ud83e\uddec",
          "{}",
          "[1]",
          "1e5",
          "\"quoted\"",
          "a\"b",
          "\u2028",
          "\u0085",
          "a\ufeff",
          "true",
          "NaN",
          "\b",
          "x".repeat(5000));

  private static SparkSession spark;
  private static Lofn lofn;

  @BeforeAll
  static void start() {
    spark =
        LocalSpark.start(
            Map.of(
                "spark.sql.session.timeZone", "America/St_Johns",
                "spark.sql.datetime.java8API.enabled", "true",
                "spark.sql.leafNodeDefaultParallelism", "1"));
    lofn = Lofn.on(spark);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private record Frame(StructType schema, List<Row> rows) {

    Frame without(int column) {
      StructField[] fields = schema.fields();
      StructType fewer =
          new StructType(
              IntStream.range(0, fields.length)
                  .filter(i -> i != column)
                  .mapToObj(i -> fields[i])
                  .toArray(StructField[]::new));
      return new Frame(
          fewer,
          rows.stream()
              .map(
                  row ->
                      RowFactory.create(
                          IntStream.range(0, row.size())
                              .filter(i -> i != column)
                              .mapToObj(row::get)
                              .toArray()))
              .toList());
    }

    Frame withoutRow(int index) {
      List<Row> fewer = new ArrayList<>(rows);
      fewer.remove(index);
      return new Frame(schema, fewer);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tsv", "csv", "jsonLines"})
  void comeBackEqual(String format) {
    long seed = Long.getLong("lofn.seed", System.nanoTime());
    Random random = new Random(seed);
    for (int i = 0; i < FRAMES; i++) {
      Frame frame = frame(random, format.equals("jsonLines"));
      if (fault(frame, format) != null) {
        Frame small = smallest(frame, format);
        assertThat(fault(small, format))
            .as("seed %d, schema %s, rows %s", seed, small.schema().sql(), small.rows())
            .isNull();
      }
    }
  }

  private static Frame smallest(Frame frame, String format) {
    Frame small = frame;
    for (int i = small.rows().size() - 1; i >= 0; i--) {
      Frame fewer = small.withoutRow(i);
      small = fault(fewer, format) == null ? small : fewer;
    }
    for (int i = small.schema().size() - 1; i >= 0 && small.schema().size() > 1; i--) {
      Frame fewer = small.without(i);
      small = fault(fewer, format) == null ? small : fewer;
    }
    return small;
  }

  /** What is wrong with what comes back; null if nothing is. */
  private static String fault(Frame frame, String format) {
    Dataset<Row> data = spark.createDataFrame(frame.rows(), frame.schema());
    Rows rows =
        switch (format) {
          case "tsv" -> Rows.tsv(frame.schema());
          case "csv" -> Rows.csv(frame.schema());
          default -> Rows.jsonLines(frame.schema());
        };
    try {
      Dataset<Row> back = lofn.map(data, CAT, rows);
      assertThat(back.columns()).isEqualTo(data.columns());
      List<Row> found = back.collectAsList();
      return equal(frame.rows(), found) ? null : "came back as " + shown(found);
    } catch (RuntimeException e) {
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      return String.valueOf(cause);
    }
  }

  private static String shown(List<Row> rows) {
    String text = rows.toString();
    return text.length() <= 2000 ? text : text.substring(0, 2000);
  }

  private static boolean equal(Object one, Object found) {
    Object other =
        found instanceof scala.collection.Seq<?> list
            ? CollectionConverters.asJava(list)
            : found instanceof scala.collection.Map<?, ?> map
                ? CollectionConverters.asJava(map)
                : found;
    if (one instanceof Map<?, ?> map && other instanceof Map<?, ?> others) {
      return map.keySet().equals(others.keySet())
          && map.keySet().stream().allMatch(key -> equal(map.get(key), others.get(key)));
    }
    if (one instanceof byte[] bytes && other instanceof byte[] others) {
      return Arrays.equals(bytes, others);
    }
    if (one instanceof Row row && other instanceof Row otherRow) {
      return row.size() == otherRow.size()
          && IntStream.range(0, row.size()).allMatch(i -> equal(row.get(i), otherRow.get(i)));
    }
    if (one instanceof List<?> list && other instanceof List<?> others) {
      return list.size() == others.size()
          && IntStream.range(0, list.size()).allMatch(i -> equal(list.get(i), others.get(i)));
    }
    return Objects.equals(one, other);
  }

  private static Frame frame(Random random, boolean json) {
    int columns = 1 + random.nextInt(5);
    StructField[] fields = new StructField[columns];
    for (int i = 0; i < columns; i++) {
      fields[i] = DataTypes.createStructField(name(random, i), type(random, json, 2), true);
    }
    StructType schema = new StructType(fields);
    List<Row> rows = new ArrayList<>();
    for (int i = random.nextInt(6); i > 0; i--) {
      rows.add(row(random, schema));
    }
    return new Frame(schema, rows);
  }

  private static String name(Random random, int number) {
    List<String> odd = List.of("a", "A b", "x.y", "`q`", "\u00e4", "1", "", "\"", "a\\", "select");
    return random.nextBoolean() ? "c" + number : odd.get(random.nextInt(odd.size())) + number;
  }

  private static DataType type(Random random, boolean json, int depth) {
    List<DataType> simple =
        List.of(
            DataTypes.StringType,
            DataTypes.StringType,
            DataTypes.BooleanType,
            DataTypes.ByteType,
            DataTypes.ShortType,
            DataTypes.IntegerType,
            DataTypes.LongType,
            DataTypes.FloatType,
            DataTypes.DoubleType,
            DataTypes.DateType,
            DataTypes.TimestampType,
            DataTypes.TimestampNTZType,
            DataTypes.createDecimalType(38, 18),
            DataTypes.createDecimalType(5, 0),
            DataTypes.createDecimalType(3, 3));
    if (!json || depth == 0 || random.nextInt(3) > 0) {
      return json && random.nextInt(10) == 0
          ? DataTypes.BinaryType
          : simple.get(random.nextInt(simple.size()));
    }
    return switch (random.nextInt(3)) {
      case 0 -> DataTypes.createArrayType(type(random, json, depth - 1), true);
      case 1 -> DataTypes.createMapType(DataTypes.StringType, type(random, json, depth - 1), true);
      default ->
          new StructType()
              .add("x", type(random, json, depth - 1), true)
              .add("Y z", type(random, json, depth - 1), true);
    };
  }

  private static Row row(Random random, StructType schema) {
    return RowFactory.create(
        Arrays.stream(schema.fields()).map(field -> value(random, field.dataType())).toArray());
  }

  private static Object value(Random random, DataType type) {
    if (random.nextInt(5) == 0) {
      return null;
    }
    if (type instanceof org.apache.spark.sql.types.DecimalType decimal) {
      BigInteger digits = new BigInteger(1 + random.nextInt(120), random);
      BigInteger limit = BigInteger.TEN.pow(decimal.precision());
      return new BigDecimal(
          random.nextBoolean() ? digits.mod(limit) : digits.mod(limit).negate(), decimal.scale());
    }
    if (type instanceof org.apache.spark.sql.types.ArrayType array) {
      return IntStream.range(0, random.nextInt(3))
          .mapToObj(i -> value(random, array.elementType()))
          .toList();
    }
    if (type instanceof org.apache.spark.sql.types.MapType map) {
      return random.nextBoolean()
          ? Map.of()
          : java.util.Collections.singletonMap(
              TEXTS.get(random.nextInt(TEXTS.size())), value(random, map.valueType()));
    }
    if (type instanceof StructType struct) {
      return row(random, struct);
    }
    return SIMPLE.get(type).apply(random);
  }

  private static final Map<DataType, Function<Random, Object>> SIMPLE =
      Map.ofEntries(
          Map.entry(DataTypes.StringType, random -> TEXTS.get(random.nextInt(TEXTS.size()))),
          Map.entry(DataTypes.BooleanType, Random::nextBoolean),
          Map.entry(DataTypes.ByteType, random -> (byte) random.nextInt()),
          Map.entry(DataTypes.ShortType, random -> (short) random.nextInt()),
          Map.entry(DataTypes.IntegerType, Random::nextInt),
          Map.entry(DataTypes.LongType, Random::nextLong),
          Map.entry(
              DataTypes.FloatType,
              random ->
                  pick(
                      random,
                      Float.NaN,
                      Float.NEGATIVE_INFINITY,
                      -0.0f,
                      Float.MIN_VALUE,
                      Float.intBitsToFloat(random.nextInt() & 0x7f7fffff))),
          Map.entry(
              DataTypes.DoubleType,
              random ->
                  pick(
                      random,
                      Double.NaN,
                      Double.POSITIVE_INFINITY,
                      -0.0,
                      Double.MIN_VALUE,
                      random.nextGaussian() * 1e200)),
          Map.entry(
              DataTypes.DateType,
              random ->
                  pick(
                      random,
                      LocalDate.of(1, 1, 1),
                      LocalDate.of(1582, 10, 10),
                      LocalDate.of(9999, 12, 31),
                      LocalDate.ofEpochDay(random.nextInt(30_000)))),
          Map.entry(
              DataTypes.TimestampType,
              random ->
                  pick(
                      random,
                      Instant.parse("0001-01-01T00:00:00Z"),
                      Instant.parse("1582-10-10T01:02:03.000001Z"),
                      Instant.parse("9999-12-31T23:59:59.999999Z"),
                      Instant.ofEpochSecond(random.nextInt(), 1000L * random.nextInt(1_000_000)))),
          Map.entry(
              DataTypes.TimestampNTZType,
              random ->
                  pick(
                      random,
                      LocalDateTime.of(1, 1, 1, 0, 0),
                      LocalDateTime.of(2021, 3, 14, 2, 30),
                      LocalDateTime.ofEpochSecond(random.nextInt(), 1000, ZoneOffset.UTC))),
          Map.entry(
              DataTypes.BinaryType,
              random -> {
                byte[] bytes = new byte[random.nextInt(5)];
                random.nextBytes(bytes);
                return bytes;
              }));

  private static Object pick(Random random, Object... values) {
    return values[random.nextInt(values.length)];
  }
}
