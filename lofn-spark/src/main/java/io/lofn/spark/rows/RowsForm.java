package io.lofn.spark.rows;

import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.types.StructType;

/**
 * How rows become records and records rows.
 *
 * @param schema of what comes out; empty for one column as it is
 * @param kept columns that pass by
 * @param keys columns of groups
 * @param order columns by which a run is sorted
 * @param isPacked whether a run takes all groups of a partition
 */
public record RowsForm(
    RowFormat format,
    Optional<StructType> schema,
    List<String> kept,
    List<String> keys,
    List<String> order,
    boolean isPacked) {}
