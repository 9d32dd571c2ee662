package dev.heddle.openflow.session;

import dev.heddle.simulator.Witness;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Runs the scenarios of a test class on a real Open vSwitch too: a class that extends theirs and
 * carries this has the same text. One switch serves all classes of a JVM.
 */
public final class OnRealOvs implements BeforeEachCallback, AfterEachCallback {

  /** Ends the switch with the run. */
  private record Shared(RealFabric fabric) implements ExtensionContext.Store.CloseableResource {
    @Override
    public void close() {
      System.out.println(fabric);
      fabric.close();
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    Shared shared =
        context
            .getRoot()
            .getStore(ExtensionContext.Namespace.create(OnRealOvs.class))
            .getOrComputeIfAbsent(Shared.class, c -> new Shared(new RealFabric()), Shared.class);
    Witness.is(shared.fabric());
  }

  @Override
  public void afterEach(ExtensionContext context) {
    Witness.is(Witness.NOBODY);
  }
}
