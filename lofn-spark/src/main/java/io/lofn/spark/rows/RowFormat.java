package io.lofn.spark.rows;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_csv;
import static org.apache.spark.sql.functions.to_json;

import io.lofn.api.LofnException;
import io.lofn.api.Printable;
import io.lofn.api.RecordType;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.types.TimestampNTZType;
import org.apache.spark.sql.types.TimestampType;

/** How a row becomes a record, and a record a row. */
public enum RowFormat {
  /** One column, as it is. */
  TEXT("text"),
  /** One column of bytes, as it is. */
  BINARY("binary"),
  /** Fields with tabs between them. */
  TSV("tsv"),
  /** Fields with commas between them. */
  CSV("csv"),
  /** Objects of JSON. */
  JSON("jsonLines");

  /**
   * What Spark's parser puts in the place of an empty field, to tell it from an empty text. No text
   * of a tool is likely to be this one: it has characters that Unicode gives no meaning.
   */
  private static final String NULL = "\uffff\ufffenull\uffff\ufffe";

  /**
   * How many fields too many a record may have to be shown as such; with more of them Spark's
   * parser fails by itself. It clears an array of so many for each record.
   */
  private static final int SURPLUS = 16;

  private final String name;

  RowFormat(String name) {
    this.name = name;
  }

  /** As users call it: {@code Rows.tsv}. */
  String title() {
    return "Rows." + name;
  }

  /** Whether the columns of a row are put together to one record. */
  boolean isComposed() {
    return this == TSV || this == CSV || this == JSON;
  }

  RecordType recordType() {
    return this == BINARY ? RecordType.BYTES : RecordType.TEXT;
  }

  /**
   * Checks that each column of a schema is held exactly.
   *
   * @param what whose schema it is, for a message
   * @throws LofnException if not; names the column
   */
  public StructType checked(String what, StructType schema) {
    Set<String> names = new HashSet<>();
    for (StructField field : schema.fields()) {
      if (this == JSON && !names.add(field.name())) {
        throw new LofnException(
            "%s has two columns %s; keys of JSON must differ: rename one of them"
                .formatted(what, shown(field.name())));
      }
      if (!holds(field.dataType())) {
        throw new LofnException(
            "%s: the column %s is of the type %s, which %s does not hold exactly; %s"
                .formatted(
                    what,
                    shown(field.name()),
                    field.dataType().sql(),
                    title(),
                    this != JSON && JSON.holds(field.dataType())
                        ? "use Rows.jsonLines, or cast it"
                        : "cast it, for example to STRING"));
      }
    }
    if (this != JSON && schema.fields().length == 0) {
      throw new LofnException("%s has no column; %s needs at least one".formatted(what, title()));
    }
    return schema;
  }

  /** Whether a value of a type is one number, text, date or time. */
  static boolean isSimple(DataType type) {
    return type instanceof NumericType
        || type instanceof BooleanType
        || type instanceof DateType
        || type instanceof TimestampType
        || type instanceof TimestampNTZType
        || type instanceof StringType;
  }

  private boolean holds(DataType type) {
    if (isSimple(type)) {
      return true;
    }
    if (this != JSON) {
      return false;
    }
    if (type instanceof ArrayType array) {
      return holds(array.elementType());
    }
    if (type instanceof MapType map) {
      return map.keyType() instanceof StringType && holds(map.valueType());
    }
    if (type instanceof StructType struct) {
      Set<String> names = new HashSet<>();
      for (StructField field : struct.fields()) {
        if (!names.add(field.name()) || !holds(field.dataType())) {
          return false;
        }
      }
      return true;
    }
    return type instanceof BinaryType;
  }

  private static String shown(String name) {
    return "'" + Printable.line(name) + "'";
  }

  /** How Spark's functions write: NULL as an empty field, the empty text as two quotes. */
  private Map<String, String> writing(int columns) {
    Map<String, String> options = common(columns);
    if (this != JSON) {
      options.put("nullValue", "");
      options.put("emptyValue", "\"\"");
    }
    return options;
  }

  /**
   * How Spark's functions read: what does not fit comes in a column.
   *
   * @param corrupt the name of the column
   * @param columns how many fields a record has
   */
  Map<String, String> reading(String corrupt, int columns) {
    Map<String, String> options = common(columns);
    options.put("mode", "PERMISSIVE");
    options.put("columnNameOfCorruptRecord", corrupt);
    if (this != JSON) {
      options.put("nullValue", NULL);
      options.put("emptyValue", "");
    }
    return options;
  }

  /** The options that have an influence both ways, whatever the session says. */
  private Map<String, String> common(int columns) {
    Map<String, String> options = new HashMap<>();
    options.put("timeZone", "UTC");
    options.put("dateFormat", "yyyy-MM-dd");
    options.put("timestampFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX");
    options.put("timestampNTZFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSSSS");
    options.put("locale", "en-US");
    if (this == JSON) {
      options.put("ignoreNullFields", "false");
      options.put("allowNonNumericNumbers", "true");
      options.put("allowUnquotedControlChars", "true");
      options.put("allowSingleQuotes", "false");
      return options;
    }
    options.put("sep", this == TSV ? "\t" : ",");
    options.put("quote", "\"");
    options.put("escape", "\"");
    options.put("ignoreLeadingWhiteSpace", "false");
    options.put("ignoreTrailingWhiteSpace", "false");
    options.put("maxCharsPerColumn", "-1");
    options.put("maxColumns", Integer.toString(columns + SURPLUS));
    return options;
  }

  /** The record of some columns. */
  Column record(List<String> columns, List<String> names) {
    Column[] fields = new Column[columns.size()];
    for (int i = 0; i < fields.length; i++) {
      fields[i] = this == JSON ? col(columns.get(i)).as(names.get(i)) : col(columns.get(i));
    }
    // Spark's writer makes no line at all of a single field that is empty.
    return this == JSON
        ? to_json(struct(fields), writing(fields.length))
        : coalesce(to_csv(struct(fields), writing(fields.length)), lit(""));
  }
}
