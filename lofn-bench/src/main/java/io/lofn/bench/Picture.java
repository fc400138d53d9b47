package io.lofn.bench;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.HorizontalBarChart;
import org.knowm.xchart.HorizontalBarChartBuilder;

/** A bar chart of the time of a tiny partition for each system. */
final class Picture {

  private static final int WIDTH = 900;
  private static final int TITLE = 100;
  private static final int BAR = 28;

  private Picture() {}

  /**
   * Draws the results of {@code cold} and {@code warm}.
   *
   * @param file the PNG file to write, or to replace
   */
  static void draw(List<Row> rows, Path file) throws IOException {
    List<String> systems = new ArrayList<>();
    List<Double> millis = new ArrayList<>();
    for (Row row : rows) {
      boolean tiny = row.scenario().equals("cold") || row.scenario().equals("warm");
      if (tiny && row.metric().equals("time")) {
        systems.add(row.system() + ", " + row.scenario());
        millis.add(row.median());
      }
    }
    if (systems.isEmpty()) {
      throw new IOException("There is nothing to draw: run the scenario cold or warm, too");
    }
    Collections.reverse(systems); // the axis begins below
    Collections.reverse(millis);
    HorizontalBarChart chart =
        new HorizontalBarChartBuilder()
            .width(WIDTH)
            .height(TITLE + BAR * systems.size())
            .title("One tiny partition, on its slot")
            .xAxisTitle("milliseconds")
            .build();
    chart
        .getStyler()
        .setLabelsVisible(true)
        .setXAxisMaxLabelCount(systems.size()) // means that of the labels, which are at the left
        .setDecimalPattern("0.0")
        .setLegendVisible(false)
        .setChartBackgroundColor(Color.WHITE);
    chart.addSeries("median", millis, systems);
    ChartEncoder.saveChart(chart, file.toString(), "png");
  }
}
