package dev.heddle.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Who may know whom among the packages below one root. The root is a parameter so that the same
 * rules run over the product ({@code dev.heddle}) and over classes planted to break them.
 */
record Arrows(String root) {

  /** The parts of the core and all that each may name besides itself. */
  private static final Map<String, Set<String>> CORE =
      Map.of(
          "model", Set.of(),
          "store", Set.of("model"),
          "pipeline", Set.of("model"),
          "expression", Set.of("model", "pipeline"),
          "policy", Set.of("model", "pipeline", "expression"),
          "engine", Set.of("model", "pipeline", "expression", "policy", "store"),
          "simulator", Set.of("model", "pipeline", "expression", "policy", "store", "engine"));

  /** What is neither core nor feature. Whatever is not listed here or above counts as a feature. */
  private static final Set<String> SURROUNDINGS =
      Set.of("plain", "openflow", "tls", "show", "rest", "shell", "metrics", "bgp", "kubernetes");

  /** What a feature may name of Heddle, besides itself. */
  private static final Set<String> SEEN_BY_FEATURES =
      Set.of("model", "pipeline", "expression", "policy");

  List<ArchRule> all() {
    return List.of(core(), features(), renderer(), guice(), osgi(), cycles());
  }

  ArchRule core() {
    return ArchRuleDefinition.classes()
        .that(in(CORE.keySet()))
        .should(nameOnly("its own part and those below it", CORE::get))
        .as("core parts name only the parts below them")
        .allowEmptyShould(true);
  }

  ArchRule features() {
    return ArchRuleDefinition.classes()
        .that(DescribedPredicate.describe("belong to a feature", this::isFeature))
        .should(nameOnly("itself, model, pipeline and expression", part -> SEEN_BY_FEATURES))
        .as(
            "features see model, pipeline and expression, never the engine, the outside or one another")
        .allowEmptyShould(true);
  }

  ArchRule renderer() {
    return noClasses()
        .that(resideInAPackage(root + "..").and(resideOutsideOfPackages(root + ".openflow..")))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(root + ".openflow..")
        .as("nothing depends on the OpenFlow renderer")
        .allowEmptyShould(true);
  }

  ArchRule guice() {
    return noClasses()
        .that(resideInAPackage(root + "..").and(resideOutsideOfPackages(root + ".plain..")))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.google.inject..")
        .as("Guice stays in plain")
        .allowEmptyShould(true);
  }

  /** The console is made of Karaf's API; everything else runs without a container. */
  ArchRule osgi() {
    return noClasses()
        .that(resideInAPackage(root + "..").and(resideOutsideOfPackages(root + ".shell..")))
        .should()
        .dependOnClassesThat(
            resideInAPackage("org.osgi..")
                .and(resideOutsideOfPackages("org.osgi.service.component.annotations"))
                .or(resideInAPackage("org.apache.karaf..")))
        .as("of OSGi only the component annotations are used, outside the shell")
        .allowEmptyShould(true);
  }

  ArchRule cycles() {
    return slices()
        .matching(root + ".(*)..")
        .should()
        .beFreeOfCycles()
        .as("packages form no cycle")
        .allowEmptyShould(true);
  }

  boolean isFeature(JavaClass type) {
    return partOf(type)
        .filter(part -> !CORE.containsKey(part) && !SURROUNDINGS.contains(part))
        .isPresent();
  }

  /** The first word below the root, e.g. {@code l2} for {@code dev.heddle.l2.arp.Reply}. */
  private Optional<String> partOf(JavaClass type) {
    String name = type.getPackageName();
    return name.startsWith(root + ".")
        ? Stream.of(name.substring(root.length() + 1).split("\\.", -1)).findFirst()
        : Optional.empty();
  }

  private DescribedPredicate<JavaClass> in(Set<String> parts) {
    return DescribedPredicate.describe(
        "belong to " + parts, type -> partOf(type).filter(parts::contains).isPresent());
  }

  private ArchCondition<JavaClass> nameOnly(String what, Function<String, Set<String>> allowed) {
    return new ArchCondition<>("name only " + what) {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        String own = partOf(type).orElseThrow();
        for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
          Optional<String> other = partOf(dependency.getTargetClass().getBaseComponentType());
          boolean seen =
              other.map(part -> part.equals(own) || allowed.apply(own).contains(part)).orElse(true);
          if (!seen) {
            events.add(SimpleConditionEvent.violated(type, dependency.getDescription()));
          }
        }
      }
    };
  }
}
