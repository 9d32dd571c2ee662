package dev.heddle.expression;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.Match;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The clauses of an expression hold for the packets it holds for. */
class NormalTest {

  private static final int LIMIT = 100_000;

  @Property(tries = 3000)
  void onePacketsClausesAgreeWithItsExpression(@ForAll Random random) {
    Samples samples = new Samples(random);
    Expression e = samples.expression(3);
    List<Clause> clauses;
    try {
      clauses = Normal.clauses(e, LIMIT);
    } catch (ExplosionException tooLarge) {
      assertThat(tooLarge.needed()).isGreaterThan(LIMIT);
      return;
    }
    for (int i = 0; i < 30; i++) {
      Evaluator packet = new Evaluator(samples.packet(), Samples.MEMBERS);
      assertThat(clauses.stream().anyMatch(packet::meets))
          .as("%s%nof %s%nby %s", e, packet.packet(), clauses)
          .isEqualTo(packet.holds(e, false));
    }
    clauses.forEach(NormalTest::isAMatch);
  }

  /** No flow of it contradicts itself or lacks what OpenFlow asks for. */
  private static void isAMatch(Clause c) {
    for (Clause.Service s : c.services()) {
      Match.Builder m = Match.builder();
      c.etherType().ifPresent(t -> m.match(Field.ETH_TYPE, t));
      s.addTo(m);
      c.fields().forEach((f, values) -> m.match(f, values.get(0).value(), values.get(0).mask()));
      m.build();
    }
  }
}
