package dev.heddle.relaid;

import dev.heddle.l2.L2Switching;
import dev.heddle.model.Bits;
import dev.heddle.otherwise.Otherwise;
import dev.heddle.pipeline.Declarations;
import dev.heddle.pipeline.DesiredFlow;
import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Spine;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Component;

/**
 * l2 as another version of it might be: every packet fares as before, by other flows. Each flow has
 * another priority, in the same order; forwarding by MAC is said twice, for every other sender.
 */
@Component(service = Feature.class)
public final class Relaid implements Feature {

  private static final Bits ONE = Bits.of(1);

  private final Feature l2 = new L2Switching();

  @Override
  public String name() {
    return l2.name();
  }

  @Override
  public void declare(Declarations declarations) {
    l2.declare(new Otherwise(declarations, Relaid::relaid));
  }

  private static Stream<DesiredFlow> relaid(DesiredFlow flow) {
    if (flow.key().table() != Spine.SWITCH.table()) {
      return Stream.of(higher(flow, flow.key().match()));
    }
    return Stream.of(Bits.ZERO, ONE).map(bit -> higher(flow, withSender(flow.key().match(), bit)));
  }

  /** {@code match} for every other sender: those with an even key, or those with an odd one. */
  private static Match withSender(Match match, Bits lowest) {
    Match sender = Match.builder().match(Field.IN_PORT, lowest, ONE).build();
    return Match.of(Stream.concat(match.terms().stream(), sender.terms().stream()).toList());
  }

  private static DesiredFlow higher(DesiredFlow flow, Match match) {
    FlowKey key = flow.key();
    return new DesiredFlow(
        new FlowKey(key.table(), 2 * key.priority() + 1, match),
        flow.actions(),
        flow.scope(),
        flow.owner());
  }
}
