package dev.heddle.plainswitches;

import dev.heddle.model.Bits;
import dev.heddle.model.Id;
import dev.heddle.model.MacAddress;
import dev.heddle.model.PlainSwitch;
import dev.heddle.model.View;
import dev.heddle.pipeline.Cookie;
import dev.heddle.pipeline.Declarations;
import dev.heddle.pipeline.DesiredFlow;
import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.FlowDraft;
import dev.heddle.pipeline.FlowSink;
import dev.heddle.pipeline.Learn;
import dev.heddle.pipeline.Punt;
import dev.heddle.pipeline.Scope;
import dev.heddle.pipeline.Spine;
import org.osgi.service.component.annotations.Component;

/**
 * Plain switches as one default switch: each learns where MACs are, and floods what it does not
 * know along a tree. While this feature is here, the renderer takes such switches in and finds out
 * what is behind their ports.
 */
@Component
public final class PlainSwitches implements Feature {

  /** Where link discovery sends its frames (IEEE 802.1AB, nearest bridge). */
  private static final MacAddress LLDP = MacAddress.parse("01:80:c2:00:00:0e");

  private static final int LLDP_TYPE = 0x88cc;

  /** The sixteen addresses that no bridge forwards (IEEE 802.1Q, table 8-1). */
  private static final Bits RESERVED = MacAddress.parse("ff:ff:ff:ff:ff:f0").bits();

  private static final Bits GROUP = MacAddress.parse("01:00:00:00:00:00").bits();

  /** Seconds that a MAC is remembered after its last frame; 802.1Q has 300. */
  private static final int MEMORY = 300;

  @Override
  public String name() {
    return PlainSwitch.FEATURE;
  }

  @Override
  public void declare(Declarations d) {
    d.fill(Spine.PLAIN_FROM);
    d.fill(Spine.PLAIN_TO);
    d.forEach(PlainSwitch.KIND, "probes", PlainSwitches::probes);
    d.forEach(PlainSwitch.KIND, "ports", PlainSwitches::ports);
  }

  /** Probes come to the controller from every port, whatever is known of it. */
  private static void probes(Id<PlainSwitch> id, View view, FlowSink out) {
    out.add(
        of(
            id,
            Spine.PLAIN_FROM
                .flow(300)
                .match(Field.ETH_DST, LLDP)
                .match(Field.ETH_TYPE, LLDP_TYPE)
                .then(new Punt(PlainSwitch.PROBE, Punt.WHOLE, 0))));
    out.add(of(id, Spine.PLAIN_FROM.flow(200).match(Field.ETH_DST, LLDP.bits(), RESERVED).drop()));
    // A group is no sender, and to learn one would lead all its frames out of one port.
    out.add(of(id, Spine.PLAIN_FROM.flow(200).match(Field.ETH_SRC, GROUP, GROUP).drop()));
  }

  private static void ports(Id<PlainSwitch> id, View view, FlowSink out) {
    Open open = view.fact(Open.OF_SWITCH, id);
    if (open.ports().isEmpty()) {
      return;
    }
    FlowDraft all = Spine.PLAIN_TO.flow(10);
    for (int port : open.ports()) {
      out.add(
          of(
              id,
              Spine.PLAIN_FROM
                  .flow(100)
                  .match(Field.OF_PORT, port)
                  .then(learnSender(open, port))
                  .resubmit(Spine.LEARNED)
                  .resumeAt(Spine.PLAIN_TO)));
      out.add(of(id, Spine.PLAIN_TO.flow(100).match(Field.OUT_PORT, port).output(port)));
      all.output(port);
    }
    out.add(of(id, all));
  }

  /** What was learned goes with the tree it was learned over; a port's number is its own key. */
  private static Learn learnSender(Open open, int port) {
    return Learn.into(Spine.LEARNED.table(), 100, Cookie.learned("plain " + open.tree()))
        .match(Field.ETH_DST, Field.ETH_SRC)
        .load(port, Field.OUT_PORT)
        .idle(MEMORY)
        .withLearner()
        .build();
  }

  private static DesiredFlow of(Id<PlainSwitch> id, FlowDraft flow) {
    return flow.because(id).where(Scope.node(PlainSwitch.node(id)));
  }
}
