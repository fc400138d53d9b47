package io.lofn.it;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.lofn.api.CheckReturnValue;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/**
 * Which module may see what.
 *
 * <p>A rule that matches no class at all fails: a renamed package cannot switch it off unseen.
 */
@AnalyzeClasses(packages = "io.lofn", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  private static final String[] API = {"io.lofn.api..", "io.lofn.spi.."};
  private static final String[] GUICE = {"com.google.inject..", "jakarta.inject.."};
  private static final String[] SPARK = {
    "org.apache.spark..", "scala..", "io.lofn.core..", "io.lofn.spark.."
  };

  @ArchTest
  static final ArchRule theApiStandsOnTheJdkAlone =
      classes()
          .that()
          .resideInAnyPackage(API)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("java..", "org.jspecify..", "io.lofn.api..", "io.lofn.spi..");

  @ArchTest
  static final ArchRule filesStandOnTheJdkAloneAndKnowNothingOfLofn =
      classes()
          .that()
          .resideInAPackage("io.lofn.files..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("java..", "org.jspecify..", "io.lofn.files..");

  @ArchTest
  static final ArchRule runtimesAndStagersSeeNoSpark =
      noClasses()
          .that()
          .resideInAnyPackage("io.lofn.runtime..", "io.lofn.hdfs..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(SPARK);

  @ArchTest
  static final ArchRule runtimesDoNotSeeEachOther =
      slices().matching("io.lofn.runtime.(*)..").should().notDependOnEachOther();

  @ArchTest
  static final ArchRule runtimesShowOnlyTheirProvider =
      classes()
          .that()
          .resideInAPackage("io.lofn.runtime.*")
          .and()
          .areTopLevelClasses()
          .and()
          .haveSimpleNameNotEndingWith("Provider")
          .should()
          .notBePublic();

  /** Below the package of a runtime: what is public there is so for that runtime alone. */
  private static final DescribedPredicate<JavaClass> HIDDEN_IN_RUNTIMES =
      resideInAPackage("io.lofn.runtime.*.*..");

  /** And no other runtime, since runtimes do not see each other. */
  @ArchTest
  static final ArchRule whatARuntimeHidesNobodyElseSees =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.lofn.runtime..")
          .should()
          .dependOnClassesThat(HIDDEN_IN_RUNTIMES);

  @ArchTest
  static final ArchRule providersOfRuntimesNameNothingThatIsHidden =
      classes()
          .that()
          .resideInAPackage("io.lofn.runtime.*")
          .and()
          .arePublic()
          .should(notShow(HIDDEN_IN_RUNTIMES));

  /** Jackson reads what credential helpers say; it is in no signature. */
  @ArchTest
  static final ArchRule theHttpFloorStandsOnTheApiAndItsLibraries =
      classes()
          .that()
          .resideInAPackage("io.lofn.http..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "org.jspecify..",
              "org.slf4j..",
              "com.fasterxml.jackson..",
              "io.lofn.api..",
              "io.lofn.spi..",
              "io.lofn.http..");

  @ArchTest
  static final ArchRule onlyRuntimesStandOnTheHttpFloor =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "io.lofn.http..",
              "io.lofn.runtime.docker..",
              "io.lofn.runtime.podman..",
              "io.lofn.runtime.cli..",
              "io.lofn.runtime.embedded..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.lofn.http..");

  /** Jackson is in its signatures, for the runtimes that read configurations with it. */
  @ArchTest
  static final ArchRule imagesStandOnTheApiTheFilesAndTheirLibraries =
      classes()
          .that()
          .resideInAPackage("io.lofn.image..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "org.jspecify..",
              "org.slf4j..",
              "com.fasterxml.jackson..",
              "com.github.luben.zstd..",
              "org.apache.commons.compress..",
              "io.lofn.api..",
              "io.lofn.spi..",
              "io.lofn.files..",
              "io.lofn.image..");

  @ArchTest
  static final ArchRule onlyRuntimesThatUnpackImagesSeeThem =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "io.lofn.image..", "io.lofn.runtime.cli..", "io.lofn.runtime.embedded..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.lofn.image..");

  @ArchTest
  static final ArchRule sparkFindsImplementationsByServiceLoaderOnly =
      noClasses()
          .that()
          .resideInAnyPackage("io.lofn.core..", "io.lofn.spark..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.lofn.runtime..", "io.lofn.hdfs..", "io.lofn.testkit..", "io.lofn.examples..");

  @ArchTest
  static final ArchRule guiceIsTheBusinessOfTheCoreAndItsBinding =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.lofn.core..", "io.lofn.spark..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(GUICE);

  @ArchTest
  static final ArchRule theTestkitNeedsOnlyTheApiAndTheTestLibraries =
      classes()
          .that()
          .resideInAPackage("io.lofn.testkit..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "org.jspecify..",
              "org.junit.jupiter..",
              "org.assertj..",
              "io.lofn.api..",
              "io.lofn.spi..",
              "io.lofn.testkit..");

  @ArchTest
  static final ArchRule nobodyDependsOnTheExamples =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.lofn.examples..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.lofn.examples..");

  @ArchTest
  static final ArchRule packagesFormNoCycle =
      slices().matching("io.lofn.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule classesOfTheCommandLineRuntimeFormNoCycle =
      slices().assignedFrom(topLevelClassesOf("io.lofn.runtime.cli..")).should().beFreeOfCycles();

  @ArchTest
  static final ArchRule onlyProgramsPrint =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.lofn.examples..")
          .and()
          .doNotHaveFullyQualifiedName("io.lofn.spark.Doctor")
          .and()
          .doNotHaveFullyQualifiedName("io.lofn.runtime.embedded.images.Images")
          .should(ACCESS_STANDARD_STREAMS);

  @ArchTest
  static final ArchRule nobodyLogsThroughTheJdk =
      noClasses().should().dependOnClassesThat().resideInAPackage("java.util.logging..");

  @ArchTest
  static final ArchRule everyPackageIsNullMarked =
      classes()
          .should(
              ArchCondition.from(
                  DescribedPredicate.describe(
                      "be in a @NullMarked package",
                      type -> type.getPackage().isAnnotatedWith(NullMarked.class))));

  /** What an RDD gives: its name is the same in both. */
  private static final DescribedPredicate<JavaClass> COLLECTIONS_BUT_ITERATOR =
      resideInAPackage("scala.collection..")
          .and(not(equivalentTo(scala.collection.Iterator.class)));

  /** Scala's collections have other signatures in 2.12: a call that names one breaks there. */
  @ArchTest
  static final ArchRule oneJarServesScala212And213 =
      noClasses()
          .should()
          .dependOnClassesThat(COLLECTIONS_BUT_ITERATOR)
          .orShould(callWhatNames(COLLECTIONS_BUT_ITERATOR));

  /** A setter of an immutable value that is called for nothing is a mistake. */
  @ArchTest
  static final ArchRule setterResultsAreNotToBeDropped =
      classes()
          .that()
          .resideInAnyPackage(API)
          .and()
          .arePublic()
          .and()
          .haveSimpleNameNotEndingWith("Builder")
          .should(
              new ArchCondition<>("have @CheckReturnValue where a method gives a changed value") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                  for (JavaMethod method : type.getMethods()) {
                    boolean setter =
                        method.getModifiers().contains(JavaModifier.PUBLIC)
                            && !method.getModifiers().contains(JavaModifier.STATIC)
                            && method.getRawReturnType().equals(type);
                    boolean checked =
                        type.isAnnotatedWith(CheckReturnValue.class)
                            || method.isAnnotatedWith(CheckReturnValue.class);
                    if (setter) {
                      events.add(
                          new SimpleConditionEvent(method, checked, method.getDescription()));
                    }
                  }
                }
              });

  static SliceAssignment topLevelClassesOf(String packages) {
    return new SliceAssignment() {
      @Override
      public SliceIdentifier getIdentifierOf(JavaClass type) {
        return resideInAPackage(packages).test(type)
            ? SliceIdentifier.of(type.getName().replaceFirst("\\$.*", ""))
            : SliceIdentifier.ignore();
      }

      @Override
      public String getDescription() {
        return "top-level classes of " + packages;
      }
    };
  }

  /** In what others can inherit, call or read. */
  static ArchCondition<JavaClass> notShow(DescribedPredicate<? super JavaClass> types) {
    return new ArchCondition<>("not show types that " + types.getDescription()) {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        Stream<JavaClass> inherited =
            Stream.concat(
                type.getAllRawSuperclasses().stream(), type.getAllRawInterfaces().stream());
        if (inherited.anyMatch(types)) {
          events.add(SimpleConditionEvent.violated(type, type.getDescription()));
        }
        for (JavaMember member : type.getMembers()) {
          boolean visible =
              member.getModifiers().contains(JavaModifier.PUBLIC)
                  || member.getModifiers().contains(JavaModifier.PROTECTED);
          boolean shown = visible && member.getAllInvolvedRawTypes().stream().anyMatch(types);
          events.add(new SimpleConditionEvent(member, !shown, member.getDescription()));
        }
      }
    };
  }

  private static ArchCondition<JavaClass> callWhatNames(
      DescribedPredicate<? super JavaClass> types) {
    return new ArchCondition<>("call a method whose signature names types that " + types) {
      @Override
      public void check(JavaClass caller, ConditionEvents events) {
        for (JavaAccess<?> access : caller.getAccessesFromSelf()) {
          boolean named = signature(access).anyMatch(types);
          events.add(new SimpleConditionEvent(access, named, access.getDescription()));
        }
      }
    };
  }

  private static Stream<JavaClass> signature(JavaAccess<?> access) {
    if (access.getTarget() instanceof CodeUnitAccessTarget target) {
      return Stream.concat(
          target.getRawParameterTypes().stream(), Stream.of(target.getRawReturnType()));
    }
    return Stream.empty();
  }
}
