package dev.heddle.architecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a feature may touch of Java itself: values and functions over them. The same inputs must
 * give the same flows on every machine and at every time, so a clock, chance, the file system, the
 * network, a thread, a log and remembered state are all out of reach. Everything not listed is
 * refused.
 */
record Purity(Arrows arrows) {

  private static final Set<String> PACKAGES =
      Set.of(
          "java.lang",
          "java.lang.annotation",
          "java.lang.invoke",
          "java.lang.runtime",
          "java.math",
          "java.nio.charset",
          "java.util",
          "java.util.function",
          "java.util.regex",
          "java.util.stream",
          "org.osgi.service.component.annotations");

  /** Of packages that are refused otherwise: a length of time, and bytes in memory. */
  private static final Set<String> CLASSES =
      Set.of("java.time.Duration", "java.nio.ByteBuffer", "java.nio.ByteOrder");

  private static final Set<String> REFUSED =
      Set.of(
          "java.lang.System",
          "java.lang.Runtime",
          "java.lang.Process",
          "java.lang.ProcessBuilder",
          "java.lang.Thread",
          "java.lang.ThreadGroup",
          "java.lang.ThreadLocal",
          "java.lang.InheritableThreadLocal",
          "java.lang.ClassLoader",
          "java.util.Calendar",
          "java.util.Date",
          "java.util.GregorianCalendar",
          "java.util.Random",
          "java.util.ResourceBundle",
          "java.util.Scanner",
          "java.util.ServiceLoader",
          "java.util.SplittableRandom",
          "java.util.Timer",
          "java.util.TimerTask",
          "java.util.UUID");

  /** Calls into classes that are otherwise fine. */
  private static final Set<String> REFUSED_CALLS =
      Set.of("random", "shuffle", "parallel", "parallelStream", "wait", "notify", "notifyAll");

  List<ArchRule> all() {
    return List.of(vocabulary(), calls(), state());
  }

  ArchRule vocabulary() {
    return rule(
        "features use no clock, chance, I/O, threads or logging",
        new ArchCondition<>("use only plain values of Java") {
          @Override
          public void check(JavaClass type, ConditionEvents events) {
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
              JavaClass target = dependency.getTargetClass().getBaseComponentType();
              if (!isPlain(target)) {
                events.add(SimpleConditionEvent.violated(type, dependency.getDescription()));
              }
            }
          }
        });
  }

  ArchRule calls() {
    return rule(
        "features call nothing that depends on chance or threads",
        new ArchCondition<>("call only functions of their arguments") {
          @Override
          public void check(JavaClass type, ConditionEvents events) {
            for (JavaAccess<?> access : type.getAccessesFromSelf()) {
              boolean java = access.getTargetOwner().getPackageName().startsWith("java.");
              if (java && REFUSED_CALLS.contains(access.getName())) {
                events.add(SimpleConditionEvent.violated(type, access.getDescription()));
              }
            }
          }
        });
  }

  ArchRule state() {
    return rule(
        "features remember nothing",
        new ArchCondition<>("have only final fields and no mutable constants") {
          @Override
          public void check(JavaClass type, ConditionEvents events) {
            type.getFields().stream()
                .filter(field -> !field.getModifiers().contains(JavaModifier.SYNTHETIC))
                .filter(Purity::remembers)
                .forEach(f -> events.add(SimpleConditionEvent.violated(type, f.getDescription())));
            type.getStaticInitializer().stream()
                .flatMap(start -> start.getConstructorCallsFromSelf().stream())
                .filter(call -> isContainer(call.getTargetOwner()))
                .forEach(c -> events.add(SimpleConditionEvent.violated(type, c.getDescription())));
          }
        });
  }

  private ArchRule rule(String name, ArchCondition<JavaClass> condition) {
    return ArchRuleDefinition.classes()
        .that(DescribedPredicate.describe("belong to a feature", arrows::isFeature))
        .should(condition)
        .as(name)
        .allowEmptyShould(true);
  }

  private boolean isPlain(JavaClass type) {
    String outermost = type.getName().replaceFirst("\\$.*", "");
    return type.isPrimitive()
        || type.getPackageName().startsWith(arrows.root())
        || CLASSES.contains(outermost)
        || PACKAGES.contains(type.getPackageName()) && !REFUSED.contains(outermost);
  }

  private static boolean remembers(JavaField field) {
    boolean constant = field.getModifiers().contains(JavaModifier.STATIC);
    JavaClass type = field.getRawType();
    return !field.getModifiers().contains(JavaModifier.FINAL)
        || constant && type.isArray()
        || !type.isInterface() && isContainer(type);
  }

  private static boolean isContainer(JavaClass type) {
    return type.isAssignableTo(Collection.class)
        || type.isAssignableTo(Map.class)
        || type.isAssignableTo(StringBuilder.class)
        || type.isAssignableTo(java.util.BitSet.class);
  }
}
