package dev.heddle.laws.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.laws.policy.Condition.All;
import dev.heddle.laws.policy.Condition.End;
import dev.heddle.laws.policy.Condition.In;
import dev.heddle.laws.policy.Condition.Ports;
import dev.heddle.laws.policy.Rule.Side;
import dev.heddle.laws.policy.Rule.Verdict;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is printed of a story is the Java that it was made by. */
class PastedTest {

  @Test
  void aStoryIsPrintedAsItIsWritten() {
    Condition in = new In(End.SOURCE, true, List.of("fd00::1/128"), List.of());
    Condition both = new All(List.of(in, new Ports(17, End.DESTINATION, 53, 54)));
    List<Step> story =
        List.of(
            new Step.Group("g1", Set.of("b", "a")),
            new Step.Put(new Rule("r1", "g1", Side.TO, 0, 9, both, Verdict.ALLOW, true)),
            new Step.Fragments("a", "b", Datagram.echo("10.0.0.1", "10.0.0.2"), 2, List.of(1, 0)),
            new Step.Default(true));
    assertThat(Pasted.test(story))
        .isEqualTo(
            """
            PolicyTrial trial = new PolicyTrial(world);
            trial.take(new Step.Group("g1", Set.of("a", "b")));
            trial.take(new Step.Put(new Rule("r1", "g1", Rule.Side.TO, 0, 9, \
            new Condition.All(List.of(\
            new Condition.In(Condition.End.SOURCE, true, List.of("fd00::1/128"), List.of()), \
            new Condition.Ports(17, Condition.End.DESTINATION, 53, 54))), Rule.Verdict.ALLOW, true)));
            trial.take(new Step.Fragments("a", "b", \
            new Datagram(1, "10.0.0.1", 8, "10.0.0.2", 0), 2, List.of(1, 0)));
            trial.take(new Step.Default(true));
            """);
  }
}
