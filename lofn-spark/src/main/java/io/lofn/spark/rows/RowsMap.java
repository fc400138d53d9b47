package io.lofn.spark.rows;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_join;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.from_csv;
import static org.apache.spark.sql.functions.from_json;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.raise_error;
import static org.apache.spark.sql.functions.regexp_replace;
import static org.apache.spark.sql.functions.spark_partition_id;
import static org.apache.spark.sql.functions.substring;
import static org.apache.spark.sql.functions.when;

import io.lofn.api.LofnException;
import io.lofn.api.Printable;
import io.lofn.api.RecordType;
import io.lofn.api.Tool;
import io.lofn.core.text.Abbreviated;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * The way of a DataFrame through a tool: its columns to those that pass by and a record, and back.
 * Columns have numbers instead of names on the way, since names may be any text, and twice the
 * same.
 */
public final class RowsMap {

  private static final String RECORD = "record";
  private static final String NUMBER = "number";
  private static final String PARSED = "parsed";
  private static final String END = "end";
  private static final String CORRUPT = "corrupt";
  private static final String VALUE = "value";

  /** How much of a record is in a message. */
  private static final int SHOWN = 200;

  private final RowsForm form;
  private final Dataset<Row> data;
  private final StructField[] fields;
  private final List<Integer> passing = new ArrayList<>();
  private final List<Integer> columns = new ArrayList<>();
  private final List<Integer> groups;
  private final List<Integer> order;
  private final int keys;

  /**
   * Checks a DataFrame for a tool.
   *
   * @throws LofnException if a column is missing, or is not held exactly
   */
  public RowsMap(Dataset<Row> data, Tool<?, ?> tool, RowsForm form) {
    this.form = form;
    this.fields = data.schema().fields();
    this.data = data.toDF(numbered(fields.length));
    groups = positions("Rows.groupBy", form.keys());
    order = positions("Rows.sortBy", form.order());
    groups.forEach(each -> checkKey(fields[each]));
    boolean shown = form.isPacked() && form.format().isComposed();
    if (!form.isPacked()) {
      passing.addAll(groups);
    }
    keys = passing.size();
    passing.addAll(positions("Rows.keep", form.kept()));
    for (int i = 0; i < fields.length; i++) {
      if (!passing.contains(i) && (shown || !groups.contains(i))) {
        columns.add(i);
      }
    }
    if (form.isPacked() && groups.isEmpty()) {
      throw new LofnException(
          "Rows.packed needs Rows.groupBy: it runs a tool once for many groups");
    }
    checkColumns();
    checkTool(tool);
  }

  private static String[] numbered(int count) {
    String[] names = new String[count];
    Arrays.setAll(names, RowsMap::name);
    return names;
  }

  private static String name(int position) {
    return "c" + position;
  }

  private List<Integer> positions(String setter, List<String> names) {
    List<Integer> positions = new ArrayList<>();
    for (String name : names) {
      List<Integer> found = new ArrayList<>();
      for (int i = 0; i < fields.length; i++) {
        if (fields[i].name().equals(name)) {
          found.add(i);
        }
      }
      if (found.size() != 1) {
        throw new LofnException(
            "%s: %s; the columns are %s"
                .formatted(
                    setter,
                    found.isEmpty()
                        ? "there is no column '%s'".formatted(Printable.line(name))
                        : "%d columns have the name '%s'; rename one of them"
                            .formatted(found.size(), Printable.line(name)),
                    names()));
      }
      positions.add(found.get(0));
    }
    return positions;
  }

  private String names() {
    List<String> names = Arrays.stream(fields).map(StructField::name).toList();
    return Printable.line(
        names.size() <= 20 ? names.toString() : names.subList(0, 20) + " and others");
  }

  private static void checkKey(StructField field) {
    DataType type = field.dataType();
    if (!RowFormat.isSimple(type) || type.sql().contains("COLLATE")) {
      throw new LofnException(
          "Rows.groupBy: the column '%s' is of the type %s, whose values are not told apart by their bytes alone; group by simple columns: numbers, texts without a collation, dates, times"
              .formatted(Printable.line(field.name()), type.sql()));
    }
  }

  private void checkColumns() {
    if (form.format().isComposed()) {
      StructField[] given = columns.stream().map(i -> fields[i]).toArray(StructField[]::new);
      StructType unused = form.format().checked("The input", new StructType(given));
      return;
    }
    DataType wanted =
        form.format() == RowFormat.BINARY ? DataTypes.BinaryType : DataTypes.StringType;
    boolean fits =
        columns.size() == 1
            && (wanted.equals(DataTypes.BinaryType)
                ? fields[columns.get(0)].dataType().equals(wanted)
                : fields[columns.get(0)].dataType() instanceof StringType);
    if (!fits) {
      throw new LofnException(
          "%s takes one column of the type %s, besides those of keep and groupBy; the columns are %s. Select one, or use Rows.tsv, Rows.csv or Rows.jsonLines for several"
              .formatted(form.format().title(), wanted.sql(), Printable.line(columnsWithTypes())));
    }
  }

  private String columnsWithTypes() {
    List<String> shown =
        columns.stream()
            .limit(20)
            .map(i -> fields[i].name() + " " + fields[i].dataType().sql())
            .toList();
    return shown + (columns.size() > shown.size() ? " and others" : "");
  }

  private void checkTool(Tool<?, ?> tool) {
    checkRecords("input", tool.inputType());
    checkRecords("output", tool.outputType());
  }

  private void checkRecords(String side, Optional<RecordType> type) {
    RecordType wanted = form.format().recordType();
    if (type.isPresent() && type.get() != wanted) {
      throw new LofnException(
          "%s has records of %s, but the %s layout of the tool has records of %s; give the tool another %s"
              .formatted(form.format().title(), shown(wanted), side, shown(type.get()), side));
    }
  }

  private static String shown(RecordType type) {
    return switch (type) {
      case TEXT -> "text (Lines)";
      case BYTES -> "bytes (Lines.bytes)";
      case FILE -> "whole files (BinaryFile)";
    };
  }

  /** Whether records alone go through the tool, as they are. */
  public boolean isPlain() {
    return !form.format().isComposed() && passing.isEmpty();
  }

  /** The names of the columns that pass by. */
  List<String> passing() {
    return passing.stream().map(i -> fields[i].name()).toList();
  }

  /** How many of them, from the first, are the keys of groups. */
  int keys() {
    return keys;
  }

  /** What goes in: the columns that pass by, and the record. */
  public Dataset<Row> input() {
    List<Column> all = new ArrayList<>();
    passing.forEach(i -> all.add(col(name(i))));
    all.add(record().as(RECORD));
    return gathered().select(all.toArray(Column[]::new));
  }

  /** With groups together, and in order. */
  private Dataset<Row> gathered() {
    Dataset<Row> rows = data;
    List<Column> sorted = new ArrayList<>();
    for (int each : groups) {
      // As Spark groups: -0.0 is 0.0.
      if (fields[each].dataType() instanceof DoubleType
          || fields[each].dataType() instanceof FloatType) {
        Column zero = lit(0.0).cast(fields[each].dataType());
        rows = rows.withColumn(name(each), col(name(each)).plus(zero));
      }
      sorted.add(col(name(each)));
    }
    if (!sorted.isEmpty()) {
      rows = rows.repartition(sorted.toArray(Column[]::new));
    }
    order.forEach(i -> sorted.add(col(name(i))));
    return sorted.isEmpty() ? rows : rows.sortWithinPartitions(sorted.toArray(Column[]::new));
  }

  private Column record() {
    if (!form.format().isComposed()) {
      return col(name(columns.get(0)));
    }
    List<String> inner = columns.stream().map(RowsMap::name).toList();
    List<String> outer = columns.stream().map(i -> fields[i].name()).toList();
    Column record = form.format().record(inner, outer);
    return form.format() == RowFormat.JSON ? record : lineOf(record);
  }

  /**
   * A field with a line break in it would be two lines for the tool, and a parser passes over a
   * byte order mark at the begin of one. Which column it is, is looked up then.
   */
  private Column lineOf(Column record) {
    List<Column> broken = new ArrayList<>();
    for (int i : columns) {
      if (fields[i].dataType() instanceof StringType) {
        broken.add(when(isLost(col(name(i))), lit("'" + Printable.line(fields[i].name()) + "'")));
      }
    }
    if (broken.isEmpty()) {
      return record;
    }
    Column names = array_join(array(broken.toArray(Column[]::new)), ", ");
    return when(
            isLost(record),
            raise_error(
                concat(
                    lit("In a row of the input the column "),
                    names,
                    lit(
                        " has a line break, or begins with a byte order mark, which %s does not hold in one line; replace it, or use Rows.jsonLines"
                            .formatted(form.format().title())))))
        .otherwise(record);
  }

  private static Column isLost(Column text) {
    return text.contains("\n").or(text.contains("\r")).or(text.startsWith("\ufeff"));
  }

  /** The schema of what the function gives: number of the record, what passes by, the record. */
  public StructType outputSchema() {
    StructType schema = new StructType().add(NUMBER, DataTypes.LongType, false);
    for (int i : passing) {
      schema = schema.add(name(i), fields[i].dataType(), true);
    }
    return schema.add(
        RECORD,
        form.format() == RowFormat.BINARY ? DataTypes.BinaryType : DataTypes.StringType,
        false);
  }

  /** The rows of what the function gives. */
  public Dataset<Row> output(Dataset<Row> records) {
    List<Column> all = new ArrayList<>();
    List<String> names = new ArrayList<>(passing());
    passing.forEach(i -> all.add(col(name(i))));
    Optional<StructType> schema = form.schema();
    if (schema.isEmpty()) {
      names.add(VALUE);
      all.add(col(RECORD));
      return records.select(all.toArray(Column[]::new)).toDF(names.toArray(String[]::new));
    }
    StructField[] parsed = schema.get().fields();
    boolean json = form.format() == RowFormat.JSON;
    if (json) {
      all.add(col(PARSED + ".*")); // by position: names may differ in case alone
    }
    for (int i = 0; i < parsed.length; i++) {
      if (!json) {
        all.add(col(PARSED).getField(field(i, parsed[i])));
      }
      names.add(parsed[i].name());
    }
    Dataset<Row> rows = json ? ofJson(records, parsed) : ofCsv(records, parsed);
    return rows.select(all.toArray(Column[]::new)).toDF(names.toArray(String[]::new));
  }

  private String field(int position, StructField field) {
    return form.format() == RowFormat.JSON ? field.name() : "f" + position;
  }

  private Dataset<Row> ofCsv(Dataset<Row> records, StructField[] parsed) {
    Column struct =
        from_csv(
            col(RECORD),
            lit(nullable(parsed, CORRUPT).toDDL()),
            form.format().reading(CORRUPT, parsed.length));
    if (parsed.length == 1) {
      // The empty line, which is no line for the parser, is the one empty field.
      struct = when(col(RECORD).equalTo(""), lit(null)).otherwise(struct);
    }
    Dataset<Row> rows = records.withColumn(PARSED, struct);
    // An empty line is one empty field; for more fields Spark makes NULL of each, and no fault.
    Column none = col(PARSED).isNull();
    Column empty = col(RECORD).equalTo("");
    return checked(
        rows,
        col(PARSED)
            .getField(CORRUPT)
            .isNotNull()
            .or(parsed.length == 1 ? none.and(functions.not(empty)) : none.or(empty)));
  }

  /**
   * Within an object, so that a list, a second object, or text after the object is a fault. The
   * flag at its end tells that the parser has come there: it ignores what follows an object.
   */
  private Dataset<Row> ofJson(Dataset<Row> records, StructField[] parsed) {
    StructType whole =
        new StructType()
            .add(RECORD, nullable(parsed, null), true)
            .add(END, DataTypes.BooleanType, true)
            .add(CORRUPT, DataTypes.StringType, true);
    Column struct =
        from_json(
            concat(lit("{\"" + RECORD + "\":"), col(RECORD), lit(",\"" + END + "\":true}")),
            whole,
            form.format().reading(CORRUPT, parsed.length));
    Dataset<Row> rows = records.withColumn("whole", struct);
    Column bad =
        col("whole")
            .getField(CORRUPT)
            .isNotNull()
            .or(col("whole").getField(RECORD).isNull())
            .or(col("whole").getField(END).isNull());
    return checked(rows, bad).withColumn(PARSED, col("whole").getField(RECORD));
  }

  private StructType nullable(StructField[] parsed, @Nullable String corrupt) {
    StructType schema = new StructType();
    for (int i = 0; i < parsed.length; i++) {
      schema = schema.add(field(i, parsed[i]), parsed[i].dataType(), true);
    }
    return corrupt == null ? schema : schema.add(corrupt, DataTypes.StringType, true);
  }

  private Dataset<Row> checked(Dataset<Row> rows, Column bad) {
    Column message =
        concat(
            lit("Row "),
            col(NUMBER).cast("string"),
            lit(" of the output of a run, in partition "),
            spark_partition_id().cast("string"),
            lit(
                ", does not fit the schema %s of %s: "
                    .formatted(
                        Printable.line(Abbreviated.of(form.schema().orElseThrow().toDDL())),
                        form.format().title())),
            regexp_replace(substring(col(RECORD), 1, SHOWN), "\\p{C}", "?"));
    return rows.filter(when(bad, raise_error(message).cast("boolean")).otherwise(lit(true)));
  }
}
