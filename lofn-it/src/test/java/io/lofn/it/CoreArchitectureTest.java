package io.lofn.it;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The floors of the run engine, and that it stays hidden behind its binding. */
@AnalyzeClasses(packages = "io.lofn", importOptions = ImportOption.DoNotIncludeTests.class)
class CoreArchitectureTest {

  private static final String CORE = "io.lofn.core";

  /** Each package may use those of the floors before its own. */
  private static final List<Set<String>> FLOORS =
      List.of(
          Set.of("config", "streams", "task", "text"),
          Set.of("document", "node", "runtime", "shell"),
          Set.of("exchange", "storage"),
          Set.of("container", "feed", "image"),
          Set.of("hint", "plan", "probe", "warm"),
          Set.of("policy", "report", "replay"),
          Set.of("run"),
          Set.of("check"));

  private static final int MOST_LINES = 1500;
  private static final int MOST_FILES = 30;

  private static final DescribedPredicate<JavaClass> IN_CORE = resideInAPackage(CORE + "..");

  private static final DescribedPredicate<JavaClass> INTERNAL =
      resideInAnyPackage(CORE + "..", "io.lofn.spark.*..", "io.lofn.files..", "io.lofn.http..");

  @ArchTest
  static final ArchRule theCoreKnowsNoSparkAndNoHadoop =
      classes()
          .that(IN_CORE)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "org.jspecify..",
              "org.slf4j..",
              "com.google.common..",
              "org.snakeyaml.engine..",
              "com.google.inject..",
              "jakarta.inject..",
              "io.lofn.api..",
              "io.lofn.spi..",
              "io.lofn.files..",
              CORE + "..");

  @ArchTest
  static final ArchRule onlyTheBindingDependsOnTheCore =
      noClasses()
          .that(not(resideInAnyPackage(CORE + "..", "io.lofn.spark..")))
          .should()
          .dependOnClassesThat(IN_CORE);

  @ArchTest
  static final ArchRule whatUsersSeeNamesNothingInternal =
      classes()
          .that()
          .resideInAnyPackage("io.lofn.api", "io.lofn.spi", "io.lofn.spark")
          .and()
          .arePublic()
          .should(ArchitectureTest.notShow(INTERNAL));

  @ArchTest
  static final ArchRule arrowsOfTheCorePointDown =
      classes().that(IN_CORE).should(onlyUseFloorsBelow());

  @ArchTest
  static final ArchRule classesOfTheCoreFormNoCycle =
      slices()
          .assignedFrom(ArchitectureTest.topLevelClassesOf(CORE + ".."))
          .should()
          .beFreeOfCycles();

  @ArchTest
  static final ArchRule classesOfTheBindingFormNoCycle =
      slices()
          .assignedFrom(ArchitectureTest.topLevelClassesOf("io.lofn.spark.."))
          .should()
          .beFreeOfCycles();

  /** The root wires all, and is used by none. */
  private static ArchCondition<JavaClass> onlyUseFloorsBelow() {
    return new ArchCondition<>("only use packages of floors below") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        for (Dependency arrow : type.getDirectDependenciesFromSelf()) {
          String from = arrow.getOriginClass().getPackageName();
          String to = arrow.getTargetClass().getPackageName();
          if (to.startsWith(CORE) && !from.equals(to)) {
            boolean down = floor(to) >= 0 && floor(to) < floor(from);
            events.add(new SimpleConditionEvent(arrow, down, arrow.getDescription()));
          }
        }
      }
    };
  }

  /** The number of a package's floor; the root is above all, and what is unknown below. */
  private static int floor(String name) {
    if (name.equals(CORE)) {
      return FLOORS.size();
    }
    String own = name.substring(CORE.length() + 1);
    for (int floor = 0; floor < FLOORS.size(); floor++) {
      if (FLOORS.get(floor).contains(own)) {
        return floor;
      }
    }
    return -1;
  }

  @Test
  void noPackageOfTheCoreIsTooLarge() throws IOException {
    Path sources = Path.of("../lofn-core/src/main/java/io/lofn/core");
    assertThat(FLOORS).hasSizeLessThanOrEqualTo(8);
    Set<String> packages = FLOORS.stream().flatMap(Set::stream).collect(Collectors.toSet());
    try (Stream<Path> entries = Files.list(sources)) {
      assertThat(entries.filter(Files::isDirectory).map(entry -> entry.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(packages);
    }
    for (String name : packages) {
      List<Path> files;
      try (Stream<Path> entries = Files.list(sources.resolve(name))) {
        files = entries.toList();
      }
      long lines = 0;
      for (Path file : files) {
        lines += Files.readAllLines(file).size();
      }
      assertThat(files).as("files of %s", name).hasSizeBetween(2, MOST_FILES);
      assertThat(lines).as("lines of %s", name).isLessThanOrEqualTo(MOST_LINES);
    }
  }
}
