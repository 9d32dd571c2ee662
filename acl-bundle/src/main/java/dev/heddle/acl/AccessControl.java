package dev.heddle.acl;

import dev.heddle.model.AddressSet;
import dev.heddle.model.Location;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.Node;
import dev.heddle.model.PortGroup;
import dev.heddle.pipeline.Declarations;
import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.Policy;
import dev.heddle.pipeline.Punted;
import dev.heddle.pipeline.Response;
import dev.heddle.pipeline.Spine;
import dev.heddle.policy.Acl;
import org.osgi.service.component.annotations.Component;

/** Rules in tiers, stateful and stateless, over port groups and address sets. */
@Component
public final class AccessControl implements Feature {

  @Override
  public String name() {
    return "acl";
  }

  @Override
  public void declare(Declarations d) {
    d.fill(Spine.TRACK_FROM);
    d.fill(Spine.POLICY_FROM);
    d.fill(Spine.TRACK_TO);
    d.fill(Spine.POLICY_TO);
    Policy.BESIDE.forEach(d::fill);
    d.forEach(LogicalPort.KIND, "port", Ports::flows);
    d.forEach(Location.UPLINKS, "uplink", Ports::uplink);
    d.forEach(Node.KIND, "verdicts", Verdicts::flows);
    d.forEach(Acl.KIND, "rule", Rules::flows);
    d.forEach(Acl.KIND, "report", Reporting::flows);
    d.forEach(AddressSet.LISTING, "listed", Sets::flows);
    d.forEach(AddressSet.SELECTED, "selected", Sets::flows);
    d.forEach(PortGroup.MEMBERS, "peer", Peers::flows);
  }

  @Override
  public Response respond(Punted punted) {
    return Refusal.isAskedBy(punted)
        ? Refusal.of(punted).map(Response::of).orElse(Response.NONE)
        : Reporting.of(punted).map(Response::of).orElse(Response.NONE);
  }
}
