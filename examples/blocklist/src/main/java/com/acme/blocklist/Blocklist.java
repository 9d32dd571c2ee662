package com.acme.blocklist;

import dev.heddle.model.Id;
import dev.heddle.model.View;
import dev.heddle.pipeline.Declarations;
import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.Field;
import dev.heddle.pipeline.FlowSink;
import dev.heddle.pipeline.Scope;
import dev.heddle.pipeline.Spine;
import dev.heddle.pipeline.Stage;
import org.osgi.service.component.annotations.Component;

/** Drops what is sent to a blocked address. Without it packets go straight through. */
@Component
public final class Blocklist implements Feature {
  private static final Stage STAGE =
      Stage.after(Spine.ANSWER, "acme-blocklist", "drops traffic to blocked addresses");

  @Override
  public String name() {
    return "acme-blocklist";
  }

  @Override
  public void declare(Declarations d) {
    d.kind(Blocked.KIND);
    d.fill(STAGE);
    d.forEach(Blocked.KIND, "blocked", Blocklist::drop); // one unit per blocked address
  }

  private static void drop(Id<Blocked> id, View view, FlowSink out) {
    var address = view.get(id).orElseThrow().address();
    var flow = STAGE.flow(100).match(Field.IPV4_DST, address).drop();
    out.add(flow.because(id).where(Scope.everywhere())); // no match: on to the next stage
  }
}
