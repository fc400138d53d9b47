package io.lofn.spark;

import static java.util.Objects.requireNonNull;

import io.lofn.api.CheckReturnValue;
import io.lofn.api.LofnException;
import io.lofn.spark.rows.RowFormat;
import io.lofn.spark.rows.RowsForm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * How the rows of a DataFrame become the records of a tool, and the records that it writes rows
 * again. Immutable.
 *
 * <pre>{@code
 * Dataset<Row> counts = lofn.map(words, Tool.pipe("busybox:1").shell("sort | uniq -c"), Rows.text());
 * Dataset<Row> scores = lofn.map(molecules, dock,
 *     Rows.tsv("id STRING, score DOUBLE").groupBy("library"));
 * }</pre>
 */
@CheckReturnValue
public final class Rows {

  private final RowFormat format;
  private final @Nullable StructType schema;
  private final List<String> kept;
  private final List<String> keys;
  private final List<String> order;
  private final boolean packed;

  private Rows(
      RowFormat format,
      @Nullable StructType schema,
      List<String> kept,
      List<String> keys,
      List<String> order,
      boolean packed) {
    this.format = format;
    this.schema = schema;
    this.kept = kept;
    this.keys = keys;
    this.order = order;
    this.packed = packed;
  }

  private static Rows of(RowFormat format, @Nullable StructType schema) {
    return new Rows(format, schema, List.of(), List.of(), List.of(), false);
  }

  /**
   * One column of text, whose values are the tool's records. The output has one column, {@code
   * value STRING}.
   *
   * @return the form
   */
  public static Rows text() {
    return of(RowFormat.TEXT, null);
  }

  /**
   * One column of bytes, whose values are the tool's records. The output has one column, {@code
   * value BINARY}. The tool's layouts are those of {@link io.lofn.api.ByteLines}.
   *
   * @return the form
   */
  public static Rows binary() {
    return of(RowFormat.BINARY, null);
  }

  /**
   * Columns as fields of a line with a tab between them, quoted where they need it, as Spark's
   * {@code to_csv} writes them. NULL is an empty field, an empty text {@code ""}.
   *
   * @param schema what comes out, such as {@code "word STRING, n INT"}
   * @return the form
   * @throws LofnException if the schema is none, or has a column that a field cannot hold
   */
  public static Rows tsv(String schema) {
    return tsv(parsed(schema));
  }

  /**
   * Columns as fields with a tab between them, as {@link #tsv(String)}.
   *
   * @param schema what comes out
   * @return the form
   * @throws LofnException if it has a column that a field cannot hold
   */
  public static Rows tsv(StructType schema) {
    return of(RowFormat.TSV, RowFormat.TSV.checked("The output of Rows.tsv", schema));
  }

  /**
   * Columns as fields of a line with a comma between them, as {@link #tsv(String)}.
   *
   * @param schema what comes out, such as {@code "word STRING, n INT"}
   * @return the form
   * @throws LofnException if the schema is none, or has a column that a field cannot hold
   */
  public static Rows csv(String schema) {
    return csv(parsed(schema));
  }

  /**
   * Columns as fields with a comma between them, as {@link #tsv(String)}.
   *
   * @param schema what comes out
   * @return the form
   * @throws LofnException if it has a column that a field cannot hold
   */
  public static Rows csv(StructType schema) {
    return of(RowFormat.CSV, RowFormat.CSV.checked("The output of Rows.csv", schema));
  }

  /**
   * Each row as an object of JSON in one line, as Spark's {@code to_json} writes it. A key that is
   * missing in what comes out is NULL.
   *
   * @param schema what comes out, such as {@code "word STRING, positions ARRAY<INT>"}
   * @return the form
   * @throws LofnException if the schema is none, or has a column that JSON cannot hold
   */
  public static Rows jsonLines(String schema) {
    return jsonLines(parsed(schema));
  }

  /**
   * Each row as an object of JSON, as {@link #jsonLines(String)}.
   *
   * @param schema what comes out
   * @return the form
   * @throws LofnException if it has a column that JSON cannot hold
   */
  public static Rows jsonLines(StructType schema) {
    return of(RowFormat.JSON, RowFormat.JSON.checked("The output of Rows.jsonLines", schema));
  }

  private static StructType parsed(String schema) {
    try {
      return StructType.fromDDL(schema);
    } catch (Exception e) { // Spark's parser throws a checked one, undeclared
      throw new LofnException(
          "'%s' is no schema; write columns such as \"word STRING, n INT\"".formatted(schema), e);
    }
  }

  /**
   * This form with columns of the input that pass by the tool: it does not see them, and each row
   * that it writes gets their value, before its own columns. A run must have one value in each.
   *
   * @param columns names of the input
   * @return the new form
   */
  public Rows keep(String... columns) {
    return new Rows(format, schema, names("keep", kept, columns), keys, order, packed);
  }

  /**
   * This form with a run for each group of rows that have the same values in some columns. They
   * pass by the tool: each row that it writes gets them, before its own columns.
   *
   * <p>A group lies in one partition, by a shuffle. Each run takes a container; for many small
   * groups see {@link #packed()}.
   *
   * @param columns names of the input, of simple types
   * @return the new form
   */
  public Rows groupBy(String... columns) {
    return new Rows(format, schema, kept, names("groupBy", keys, columns), order, packed);
  }

  /**
   * This form with one run for all groups of a partition, in place of one for each: the tool gets
   * whole groups, one after another. With {@link #tsv}, {@link #csv} and {@link #jsonLines} it gets
   * the columns of {@link #groupBy} among the others and tells the groups by them; they are not put
   * before what it writes.
   *
   * @return the new form
   */
  public Rows packed() {
    return new Rows(format, schema, kept, keys, order, true);
  }

  /**
   * This form with the rows of each run, or of each group, in the order of columns. NULL comes
   * first.
   *
   * @param columns names of the input
   * @return the new form
   */
  public Rows sortBy(String... columns) {
    return new Rows(format, schema, kept, keys, names("sortBy", order, columns), packed);
  }

  private static List<String> names(String setter, List<String> before, String... columns) {
    if (columns.length == 0) {
      throw new LofnException("Rows.%s: no column is named".formatted(setter));
    }
    List<String> names = new ArrayList<>(before);
    for (String column : Arrays.asList(columns)) {
      if (names.contains(requireNonNull(column, "a column is null"))) {
        throw new LofnException("Rows.%s names the column %s twice".formatted(setter, column));
      }
      names.add(column);
    }
    return Collections.unmodifiableList(names);
  }

  RowsForm form() {
    return new RowsForm(format, Optional.ofNullable(schema), kept, keys, order, packed);
  }
}
