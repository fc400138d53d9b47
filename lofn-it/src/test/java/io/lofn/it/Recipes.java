package io.lofn.it;

import io.lofn.api.BinaryFile;
import io.lofn.api.InputFiles;
import io.lofn.api.Lines;
import io.lofn.api.OutputFiles;
import io.lofn.api.Tool;
import io.lofn.api.Volume;
import io.lofn.examples.FastqInputFormat;
import io.lofn.spark.BinaryOutputs;
import io.lofn.spark.Lofn;
import java.nio.file.Files;
import java.util.List;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapreduce.lib.input.TextInputFormat;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.input.PortableDataStream;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/** The Java of {@code docs/recipes.md} and nothing else, as {@link RecipesDocTest} asserts. */
final class Recipes {

  private Recipes() {}

  static JavaRDD<String> csv(Lofn lofn, JavaRDD<String> lines) {
    String header = lines.first();
    JavaRDD<String> rows = lines.filter(line -> !line.equals(header));

    Tool<String, String> adults =
        Tool.lines("busybox:1")
            .<String>input(
                (records, run) -> {
                  Files.writeString(run.file("header.csv"), header + "\n");
                  Lines.text().toFile("rows.csv").write(records, run);
                })
            .shell(
                "cd /shared; cat header.csv rows.csv"
                    + " | awk -F, 'NR == 1 || $2 >= 18' > output.txt");

    return lofn.map(rows, adults)
        .mapPartitionsWithIndex(
            (partition, output) -> {
              if (partition > 0 && output.hasNext()) {
                output.next();
              }
              return output;
            },
            true);
  }

  static JavaRDD<String> withHeader(
      Lofn lofn, JavaRDD<String> lines, String mark, String image, String command) {
    List<String> header = lines.filter(line -> line.startsWith(mark)).collect();
    JavaRDD<String> body = lines.filter(line -> !line.startsWith(mark));

    Tool<String, String> tool =
        Tool.lines(image)
            .<String>input(
                (records, run) -> {
                  Files.write(run.file("header"), header);
                  Lines.text().toFile("body").write(records, run);
                })
            .shell("cd /shared; cat header body | " + command + " > output.txt");

    return lofn.map(body, tool)
        .mapPartitionsWithIndex(
            (partition, output) ->
                StreamSupport.stream(Spliterators.spliteratorUnknownSize(output, 0), false)
                    .filter(line -> partition == 0 || !line.startsWith(mark))
                    .iterator(),
            true);
  }

  static JavaRDD<String> fasta(JavaSparkContext context, String path) {
    Configuration conf = new Configuration(context.hadoopConfiguration());
    conf.set("textinputformat.record.delimiter", "\n>");
    return context
        .newAPIHadoopFile(path, TextInputFormat.class, LongWritable.class, Text.class, conf)
        .values()
        .map(Text::toString)
        .filter(text -> !text.isBlank())
        .map(text -> ">" + (text.startsWith(">") ? text.substring(1) : text).stripTrailing());
  }

  static JavaRDD<String> reverseComplement(Lofn lofn, JavaRDD<String> sequences) {
    Tool<String, String> tool =
        Tool.of(
                "busybox:1",
                Lines.text().multiLine().toFile("in.fa"),
                Lines.text().delimiter("\n>").fromFile("out.fa"))
            .shell(
                "cd /shared; while read line; do case $line in"
                    + " '>'*) echo \"$line\";; *) echo $line | rev | tr ACGT TGCA;;"
                    + " esac; done < in.fa > out.fa");
    return lofn.map(sequences, tool)
        .map(text -> ">" + (text.startsWith(">") ? text.substring(1) : text).stripTrailing());
  }

  static JavaRDD<String> fastq(JavaSparkContext context, String path) {
    return context
        .newAPIHadoopFile(
            path,
            FastqInputFormat.class,
            LongWritable.class,
            Text.class,
            context.hadoopConfiguration())
        .values()
        .map(Text::toString);
  }

  static JavaRDD<String> readLengths(Lofn lofn, JavaRDD<String> reads) {
    Tool<String, String> tool =
        Tool.of("busybox:1", Lines.text().multiLine().toStdin(), Lines.text().fromStdout())
            .command("awk", "NR % 4 == 2 {print length($0)}");
    return lofn.map(reads, tool);
  }

  static BinaryOutputs gzipInParts(Lofn lofn, JavaRDD<String> lines) {
    Tool<String, BinaryFile> compress =
        Tool.pipe("busybox:1").command("gzip").output(BinaryFile.fromStdout());
    Tool<BinaryFile, BinaryFile> join =
        Tool.of("busybox:1", BinaryFile.toNumberedFiles(), BinaryFile.fromStdout())
            .shell("cd /shared; cat $(ls input_* | sort -V)");
    try (BinaryOutputs parts = lofn.mapBinary(lines, compress)) {
      return lofn.reduceBinary(parts, join);
    }
  }

  static JavaRDD<String> throughGzip(Lofn lofn, JavaRDD<String> lines) {
    Tool<String, String> tool =
        Tool.of(
                "busybox:1",
                Lines.text().gzip().toFile("in.gz"),
                Lines.text().gzip().fromFile("out.gz"))
            .shell("cd /shared; cat in.gz in.gz > out.gz");
    return lofn.map(lines, tool);
  }

  static JavaRDD<String> notInRight(Lofn lofn, JavaRDD<String> left, JavaRDD<String> right) {
    JavaRDD<Tuple2<String, String>> both =
        left.map(line -> new Tuple2<>("left.txt", line))
            .zipPartitions(
                right.map(line -> new Tuple2<>("right.txt", line)),
                (ofLeft, ofRight) ->
                    Stream.of(ofLeft, ofRight)
                        .map(one -> Spliterators.spliteratorUnknownSize(one, 0))
                        .map(one -> StreamSupport.stream(one, false))
                        .reduce(Stream::concat)
                        .get()
                        .iterator());

    Tool<Tuple2<String, String>, String> tool =
        Tool.of(
                "busybox:1",
                Lines.text().<Tuple2<String, String>>toFilePerKey(pair -> pair._1, pair -> pair._2),
                Lines.text().fromStdout())
            .shell(
                "cd /shared; touch left.txt right.txt;"
                    + " awk 'FILENAME == \"right.txt\" {seen[$0]; next} !($0 in seen)'"
                    + " right.txt left.txt");
    return lofn.map(both, tool);
  }

  static JavaRDD<String> countPerKey(Lofn lofn, JavaRDD<Tuple2<String, String>> pairs) {
    Tool<Tuple2<String, String>, String> tool =
        Tool.of(
                "busybox:1",
                Lines.text()
                    .<Tuple2<String, String>>toFilePerKey(
                        pair -> "keys/" + pair._1, pair -> pair._2),
                Lines.text().fromStdout())
            .shell(
                "mkdir -p /shared/keys; cd /shared/keys; touch a b c;"
                    + " for key in *; do echo $key $(wc -l < $key); done");
    return lofn.map(pairs, tool);
  }

  static JavaRDD<String> sortFromStdin(Lofn lofn, JavaRDD<String> lines) {
    Tool<String, String> tool =
        Tool.of("busybox:1", Lines.text().toStdin(), Lines.text().fromFile("output.txt"))
            .shell("sort > /shared/output.txt");
    return lofn.map(lines, tool);
  }

  static JavaRDD<String> sortAndCount(Lofn lofn, JavaRDD<String> lines) {
    Tool<String, String> tool =
        Tool.lines("busybox:1")
            .shell(
                """
                cd /shared
                mkfifo /tmp/copy
                wc -l < /tmp/copy > count.txt &
                counter=$!
                tee /tmp/copy < input.txt | sort > output.txt && wait $counter
                """)
            .output(Lines.text().fromFile("output.txt").and(Lines.text().fromFile("count.txt")));
    return lofn.map(lines, tool);
  }

  static JavaRDD<String> concatenateInOrder(Lofn lofn, JavaPairRDD<String, String> files) {
    Tool<Tuple2<String, String>, String> tool =
        Tool.of(
                "busybox:1",
                InputFiles.<Tuple2<String, String>>text(file -> file._1, file -> file._2),
                Lines.text().fromStdout())
            .shell("cd /shared/input; cat $(ls | sort -V)");
    return lofn.map(files, tool);
  }

  static JavaRDD<String> numberedOutputs(Lofn lofn, JavaRDD<String> lines) {
    Tool<String, String> tool =
        Tool.lines("busybox:1")
            .shell(
                "cd /shared; i=0; while read line; do i=$((i + 1));"
                    + " echo $line > part-$(printf %05d $i).txt; done < input.txt")
            .output(OutputFiles.matching("part-*.txt").lines(Lines.text()));
    return lofn.map(lines, tool);
  }

  static JavaRDD<String> indexBesideReference(Lofn lofn, JavaRDD<String> lines, String directory) {
    Tool<String, String> tool =
        Tool.pipe("busybox:1")
            .volume(Volume.of(directory).at("/reference"))
            .shell(
                """
                ln -s /reference/genome.fa /tmp/genome.fa
                grep -c '>' /tmp/genome.fa > /tmp/genome.fa.index
                cp -r /reference /tmp/own && chmod -R u+w /tmp/own && echo mine >> /tmp/own/genome.fa
                cat /tmp/genome.fa.index - && tail -n 1 /tmp/own/genome.fa
                """);
    return lofn.map(lines, tool);
  }

  static JavaRDD<String> inWorkingDirectory(Lofn lofn, JavaRDD<String> lines) {
    Tool<String, String> tool =
        Tool.pipe("busybox:1")
            .workdir("/shared/work")
            .shell("cat > copy.txt; pwd; wc -l < copy.txt");
    return lofn.map(lines, tool);
  }

  static JavaRDD<String> unpackArchives(
      Lofn lofn, JavaPairRDD<String, PortableDataStream> archives) {
    Tool<Tuple2<String, PortableDataStream>, String> tool =
        Tool.of(
                "busybox:1",
                InputFiles.<Tuple2<String, PortableDataStream>>streams(
                    file -> file._1, file -> file._2.open()),
                Lines.text().fromStdout())
            .shell(
                "cd /shared/input; for archive in *; do"
                    + " tar -x -o -f $archive -C /tmp; done; cd /tmp; find . -type f | sort");
    return lofn.map(archives, tool);
  }

  static JavaRDD<String> scratchInMemory(Lofn lofn, JavaRDD<String> lines) {
    Tool<String, String> tool =
        Tool.pipe("busybox:1")
            .tmpfs("/scratch", 64L << 20)
            .shell(
                """
                printf '#!/bin/sh\\nsort -n\\n' > /scratch/program
                chmod +x /scratch/program
                /scratch/program
                """);
    return lofn.map(lines, tool);
  }

  static JavaRDD<String> runOnce(Lofn lofn, JavaRDD<String> lines, Tool<String, String> tool) {
    JavaRDD<String> result = lofn.map(lines, tool).persist(StorageLevel.DISK_ONLY());
    result.count();
    return result;
  }

  static JavaRDD<String> fewerPartitions(Lofn lofn, JavaRDD<String> lines) {
    JavaRDD<String> errors = lines.filter(line -> line.contains("ERROR"));
    Tool<String, String> tool = Tool.pipe("busybox:1").command("cut", "-c", "1-100");
    return lofn.map(errors.coalesce(2), tool);
  }
}
