package io.lofn.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.LofnException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapreduce.InputSplit;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.RecordReader;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.hadoop.mapreduce.TaskAttemptID;
import org.apache.hadoop.mapreduce.lib.input.FileInputFormat;
import org.apache.hadoop.mapreduce.task.TaskAttemptContextImpl;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FastqInputFormatTest {

  /** Qualities that look like the first or the third line of a record, and reads without bases. */
  private static final List<String> RECORDS =
      List.of(
          "@r1/1\nACGT\n+\n@@@@",
          "@r2/1\nA\n+r2\n@",
          "@r3\n\n+\n",
          "@r4 1:N:0\nACGTN\n+\n+@+@+",
          "@r5\nAC\n+\n+\"",
          "@\nAC\n+@\n@+",
          "@r7\nA.-*\n+\n@r8 ",
          "@r8\nT\n+\n+");

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n"})
  void findsEveryRecordOnceHoweverTheFileIsCut(String lineEnd) throws Exception {
    String text = textOf(RECORDS).replace("\n", lineEnd);
    Path file = Files.writeString(directory.resolve("a.fq"), text, ISO_8859_1);

    for (int size = 1; size <= text.length(); size++) {
      assertThat(read(file, size)).as("splits of " + size).isEqualTo(RECORDS);
    }
  }

  @Test
  void passesOverEmptyLinesBetweenRecords() throws Exception {
    String text = "\n\n" + String.join("\n\n\n", RECORDS) + "\n\n";
    Path file = Files.writeString(directory.resolve("a.fq"), text, ISO_8859_1);

    for (int size = 1; size <= text.length(); size++) {
      assertThat(read(file, size)).as("splits of " + size).isEqualTo(RECORDS);
    }
  }

  @Test
  void readsCompressedFilesOfSeveralMembersWhole() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(gzip(textOf(RECORDS.subList(0, 3))));
    bytes.write(gzip(textOf(RECORDS.subList(3, RECORDS.size()))));
    Path file = Files.write(directory.resolve("a.fq.gz"), bytes.toByteArray());

    assertThat(read(file, 10)).isEqualTo(RECORDS);
  }

  @Test
  void noticesACutAnywhereWithinARecordHoweverTheRestIsCut() throws Exception {
    List<String> records = List.of(RECORDS.get(0), RECORDS.get(1), RECORDS.get(3), RECORDS.get(4));
    String text = textOf(records);
    Path file = directory.resolve("a.fq");

    for (int length = text.length() - 2; length > 0; length--) {
      Files.writeString(file, text.substring(0, length), ISO_8859_1);
      List<String> whole = wholeRecords(text.substring(0, length), records);
      for (int size : new int[] {1, 6, 17, length}) {
        if (whole == null) {
          assertThatThrownBy(() -> read(file, size))
              .as("%d bytes, splits of %d", length, size)
              .isInstanceOf(LofnException.class)
              .hasMessageContaining("truncated");
        } else {
          assertThat(read(file, size)).as("%d bytes, splits of %d", length, size).isEqualTo(whole);
        }
      }
    }
  }

  @Test
  void noticesACompressedFileThatIsCutOff() throws Exception {
    byte[] bytes = gzip(textOf(RECORDS));
    Path file = directory.resolve("a.fq.gz");

    for (int length = bytes.length - 1; length > 0; length -= 7) {
      Files.write(file, Arrays.copyOf(bytes, length));

      assertThatThrownBy(() -> read(file, 1 << 20))
          .as("%d bytes", length)
          .isInstanceOf(LofnException.class)
          .hasMessageStartingWith("Could not read file:" + file)
          .hasMessageContaining("is it truncated?");
    }
  }

  @Test
  void tellsWhereAFileIsNoFastq() throws IOException {
    String record = "@r1\nACGT\n+\n!!!!\n";

    assertThat(complaintOf(">r1\nACGT\n"))
        .isEqualTo("the record at byte 0 is not FASTQ: it must begin with @, not '>r1'");
    assertThat(complaintOf(record + "@r2\nAC\nGT\n+\n!!\n!!\n" + record))
        .isEqualTo(
            "the record at byte 16 is not FASTQ: its third line must begin with +, not 'GT'");
    assertThat(complaintOf(record + "@r2\n+\n!!\n" + record))
        .isEqualTo(
            "the record at byte 16 is not FASTQ: its second line must be its bases, not '+'");
    assertThat(complaintOf(record + "@r2\nACG\n+\n!!\n" + record))
        .isEqualTo("the record @r2 at byte 16 has 3 bases and 2 qualities; is the file truncated?");
    assertThat(complaintOf("\u0000\u0001" + "x".repeat(1000)))
        .isEqualTo(
            "the record at byte 0 is not FASTQ: it must begin with @, not '??"
                + "x".repeat(58)
                + "'");
  }

  /** Returns the error of an invalid text, which must be the same for all splits. */
  private String complaintOf(String text) throws IOException {
    Path file = Files.writeString(directory.resolve("bad.fq"), text, ISO_8859_1);
    String prefix = "file:" + file + ": ";
    for (int size : new int[] {1, 7, 16, 100, 10_000}) {
      assertThatThrownBy(() -> read(file, size))
          .as("splits of " + size)
          .isInstanceOf(LofnException.class)
          .hasMessageStartingWith(prefix);
    }
    try {
      return read(file, 10_000).toString();
    } catch (LofnException e) {
      return e.getMessage().substring(prefix.length());
    }
  }

  /** Returns the records of a text; null if its last record is incomplete. */
  private static @Nullable List<String> wholeRecords(String text, List<String> records) {
    for (int count = 1; count <= records.size(); count++) {
      String whole = String.join("\n", records.subList(0, count));
      if (text.equals(whole) || text.equals(whole + "\n")) {
        return records.subList(0, count);
      }
    }
    return null;
  }

  private static String textOf(List<String> records) {
    return String.join("\n", records) + "\n";
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(text.getBytes(ISO_8859_1));
    }
    return bytes.toByteArray();
  }

  private static List<String> read(Path file, int splitSize) throws IOException {
    Job job = Job.getInstance(new Configuration());
    FileInputFormat.setInputPaths(job, new org.apache.hadoop.fs.Path(file.toUri()));
    FileInputFormat.setMaxInputSplitSize(job, splitSize);
    TaskAttemptContext task =
        new TaskAttemptContextImpl(job.getConfiguration(), new TaskAttemptID());
    FastqInputFormat format = new FastqInputFormat();
    List<String> records = new ArrayList<>();
    for (InputSplit split : format.getSplits(job)) {
      try (RecordReader<LongWritable, Text> reader = format.createRecordReader(split, task)) {
        reader.initialize(split, task);
        while (reader.nextKeyValue()) {
          records.add(ReadPairs.textOf(reader.getCurrentValue()));
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    return records;
  }
}
