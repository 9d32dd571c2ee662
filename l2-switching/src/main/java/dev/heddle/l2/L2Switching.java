package dev.heddle.l2;

import static dev.heddle.pipeline.Spine.ADMIT;
import static dev.heddle.pipeline.Spine.ANSWER;
import static dev.heddle.pipeline.Spine.ANSWER_ND;
import static dev.heddle.pipeline.Spine.COPIES;
import static dev.heddle.pipeline.Spine.GUARD_TO;
import static dev.heddle.pipeline.Spine.LEARN;
import static dev.heddle.pipeline.Spine.LEARNED;
import static dev.heddle.pipeline.Spine.REPLICATE;
import static dev.heddle.pipeline.Spine.SWITCH;

import dev.heddle.model.Location;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.LogicalSwitch;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Declarations;
import dev.heddle.pipeline.Feature;
import org.osgi.service.component.annotations.Component;

/** Logical switches: port security, ARP and ND answered by flows, forwarding by MAC, flooding. */
@Component
public final class L2Switching implements Feature {

  @Override
  public String name() {
    return "l2";
  }

  @Override
  public void declare(Declarations d) {
    d.fill(ADMIT);
    d.fill(ANSWER);
    d.fill(ANSWER_ND);
    d.fill(SWITCH);
    d.fill(LEARNED);
    d.fill(LEARN);
    d.fill(REPLICATE);
    d.fill(COPIES);
    d.fill(GUARD_TO);
    d.forEach(LogicalPort.KIND, "admit", Admit::flows);
    d.forEach(LogicalPort.KIND, "answer", Answer::port);
    d.forEach(LogicalSwitch.KIND, "answer-nd", Answer::network);
    d.forEach(LogicalPort.KIND, "switch", Forward::port);
    d.forEach(LogicalSwitch.KIND, "flood", Forward::network);
    d.forEach(LogicalPort.KIND, "guard", Guard::flows);
    d.forEach(Node.KIND, "guard-all", Guard::node);
    d.forEach(LogicalSwitch.KIND, "replicate", Replicate::network);
    d.forEach(Location.PARTS, "copies", Replicate::part);
    d.forEach(Location.UNKNOWN_PARTS, "unknown-copies", Replicate::unknownPart);
    d.forEach(Location.UPLINKS, "outside", Replicate::outside);
  }
}
