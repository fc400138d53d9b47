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

/** How long a tiny partition takes, system by system, as bars. */
final class Picture {

  private static final int WIDTH = 900;
  private static final int TITLE = 100;
  private static final int BAR = 28;

  private Picture() {}

  /**
   * Draws what {@code cold} and {@code warm} have measured.
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
      throw new IOException("Neither cold nor warm has been measured, so there is nothing to draw");
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
