package dev.heddle.relaid.policy;

import dev.heddle.acl.AccessControl;
import dev.heddle.model.Bits;
import dev.heddle.otherwise.Otherwise;
import dev.heddle.pipeline.Declarations;
import dev.heddle.pipeline.DesiredFlow;
import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.FlowKey;
import dev.heddle.pipeline.Match;
import dev.heddle.pipeline.Policy;
import dev.heddle.pipeline.Punted;
import dev.heddle.pipeline.Response;
import dev.heddle.pipeline.Stage;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Component;

/**
 * acl as another version of it might be: every packet fares as before, by other flows. Rules are
 * said twice, for every other sender; all other flows have another priority, in the same order.
 */
@Component(service = Feature.class)
public final class RelaidPolicy implements Feature {

  private static final Bits ONE = Bits.of(1);

  /** Tables of rules use all priorities there are. */
  private static final Set<Integer> TIERS =
      Stream.of(true, false)
          .flatMap(from -> Policy.tiers(from).stream())
          .map(Stage::table)
          .collect(Collectors.toSet());

  private final Feature acl = new AccessControl();

  @Override
  public String name() {
    return acl.name();
  }

  @Override
  public void declare(Declarations declarations) {
    acl.declare(new Otherwise(declarations, RelaidPolicy::relaid));
  }

  @Override
  public Response respond(Punted punted) {
    return acl.respond(punted);
  }

  private static Stream<DesiredFlow> relaid(DesiredFlow flow) {
    FlowKey key = flow.key();
    if (!TIERS.contains(key.table())) {
      return Stream.of(keyed(flow, new FlowKey(key.table(), 2 * key.priority() + 1, key.match())));
    }
    if (key.match().terms().stream().anyMatch(t -> t.wire() == Field.IN_PORT.wire())) {
      return Stream.of(flow);
    }
    return Stream.of(Bits.ZERO, ONE)
        .map(bit -> Match.builder().match(Field.IN_PORT, bit, ONE).build())
        .map(m -> Stream.concat(key.match().terms().stream(), m.terms().stream()).toList())
        .map(terms -> keyed(flow, new FlowKey(key.table(), key.priority(), Match.of(terms))));
  }

  private static DesiredFlow keyed(DesiredFlow flow, FlowKey key) {
    return new DesiredFlow(key, flow.actions(), flow.scope(), flow.owner());
  }
}
