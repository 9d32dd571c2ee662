package dev.heddle.openflow.session;

import dev.heddle.model.Id;
import dev.heddle.model.LogicalPort;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Confirmations;
import dev.heddle.pipeline.DesiredFlows;
import dev.heddle.pipeline.Flow;
import dev.heddle.pipeline.FlowKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Wants some flows, all of feature 1, each for the port that is called as its priority. */
final class FakeDesired implements DesiredFlows, DesiredFlows.Snapshot {

  final Map<FlowKey, Flow> flows = new HashMap<>();
  long revision = 1;

  /** Makes the next revision while nobody reads. */
  synchronized void change(Runnable step) {
    revision++;
    step.run();
  }

  @Override
  public long revision() {
    return revision;
  }

  @Override
  public Set<FlowKey> keys(Id<Node> node) {
    return flows.keySet();
  }

  @Override
  public Optional<Flow> flow(Id<Node> node, FlowKey key) {
    return Optional.ofNullable(flows.get(key));
  }

  @Override
  public Optional<Id<?>> object(Id<Node> node, FlowKey key) {
    return Optional.of(LogicalPort.KIND.id("p" + key.priority()));
  }

  @Override
  public Optional<String> feature(int number) {
    return number == 1 ? Optional.of("one") : Optional.empty();
  }

  @Override
  public Ownership owner(int number) {
    return number == 1 ? Ownership.LIVE : Ownership.UNKNOWN;
  }

  @Override
  public synchronized <R> R read(Function<Snapshot, R> reader) {
    return reader.apply(this);
  }

  @Override
  public AutoCloseable confirmedBy(Confirmations source) {
    throw new UnsupportedOperationException();
  }

  @Override
  public AutoCloseable listen(Listener listener) {
    throw new UnsupportedOperationException();
  }
}
