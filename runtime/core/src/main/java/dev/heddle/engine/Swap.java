package dev.heddle.engine;

import dev.heddle.model.Id;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Confirmations.NodeState;
import dev.heddle.pipeline.SwapOrder;
import dev.heddle.pipeline.SwapReport;
import dev.heddle.pipeline.SwapReport.Difference;
import dev.heddle.pipeline.SwapReport.Outcome;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One version of a feature taking the place of another. The board has the new flows at once; nodes
 * whose wave has not come still get the old ones. Each wave is a revision, and the next begins when
 * all its nodes have confirmed that. Until the end no transaction is applied: the difference is the
 * swap's and nothing else. Confined to the model's thread.
 */
final class Swap {

  private static final Logger LOG = LoggerFactory.getLogger(Swap.class);

  private final Swaps swaps;
  private final Controller controller;
  private final FeatureFunctions old;
  private final FeatureFunctions version;
  private final SwapOrder order;
  private final List<List<Id<Node>>> waves;
  private final Map<Id<Node>, Difference> differences;
  private final CompletableFuture<SwapReport> done = new CompletableFuture<>();
  private final Set<Id<Node>> reached = new HashSet<>();
  private int wave = -1;
  private List<Id<Node>> awaited = List.of();
  private long needed;
  private String stopped = "";

  Swap(
      Swaps swaps,
      Controller controller,
      FeatureFunctions old,
      FeatureFunctions version,
      SwapOrder order,
      List<List<Id<Node>>> waves,
      Map<Id<Node>, Difference> differences) {
    this.swaps = swaps;
    this.controller = controller;
    this.old = old;
    this.version = version;
    this.order = order;
    this.waves = waves;
    this.differences = differences;
  }

  CompletableFuture<SwapReport> begin() {
    controller.parts().thread().pause();
    try {
      controller.exchange(version, true);
    } catch (RuntimeException | Error e) { // nothing was published: it could not be stored
      controller.parts().thread().resume();
      swaps.ended(version);
      throw e;
    }
    next();
    return done;
  }

  private void next() {
    wave++;
    if (wave >= waves.size()) {
      controller.release(controller.parts().published().waiting()); // those that are away
      end(Outcome.DONE, "");
      return;
    }
    List<Id<Node>> nodes = waves.get(wave);
    reached.addAll(nodes);
    controller.release(nodes);
    await(nodes);
  }

  private void await(List<Id<Node>> nodes) {
    awaited = nodes;
    needed = controller.revision();
    long since = needed;
    CompletableFuture.delayedExecutor(
            order.seconds(), TimeUnit.SECONDS, controller.parts().thread()::execute)
        .execute(() -> late(since));
    look();
  }

  private void late(long since) {
    if (!done.isDone() && needed == since) {
      Map<Id<Node>, NodeState> states = controller.parts().conditions().nodes();
      String nodes =
          String.join(
              ", ", awaited.stream().filter(n -> !confirmed(states.get(n))).map(Id::name).toList());
      stop(nodes + " did not confirm within " + order.seconds() + " s.");
    }
  }

  private boolean confirmed(NodeState state) {
    return state != null && state.connected() && state.installed() >= needed;
  }

  /** Something may have been confirmed. */
  void look() {
    if (done.isDone()) {
      return;
    }
    Map<Id<Node>, NodeState> states = controller.parts().conditions().nodes();
    Optional<String> trouble =
        awaited.stream().flatMap(n -> trouble(n, states.get(n)).stream()).findFirst();
    if (trouble.isPresent() && stopped.isEmpty()) {
      stop(trouble.get());
    } else if (awaited.stream().allMatch(n -> confirmed(states.get(n)))) {
      if (stopped.isEmpty()) {
        next();
      } else {
        end(Outcome.ROLLED_BACK, stopped);
      }
    }
  }

  private static Optional<String> trouble(Id<Node> node, NodeState state) {
    if (state == null || !state.connected()) {
      return Optional.of(node.name() + " is not connected any more.");
    }
    return state.refused().isEmpty()
        ? Optional.empty()
        : Optional.of(node.name() + " refuses a flow of " + Swaps.first(state.refused()) + ".");
  }

  /** Back to the old version; a second time nothing more can be done than to say so. */
  private void stop(String why) {
    if (!stopped.isEmpty()) {
      end(Outcome.ROLLED_BACK, stopped + " On the way back: " + why);
      return;
    }
    stopped = why;
    LOG.warn("feature {}: the swap is taken back: {}", old.name(), why);
    controller.exchange(old, false);
    await(new ArrayList<>(reached));
  }

  /** Features change: nobody waits for nodes any more. */
  void giveUp(String why) {
    if (stopped.isEmpty()) {
      stop(why);
    }
    if (!done.isDone()) {
      end(Outcome.ROLLED_BACK, stopped);
    }
  }

  private void end(Outcome outcome, String sentence) {
    awaited = List.of();
    swaps.ended(outcome == Outcome.DONE ? old : version);
    controller.parts().thread().resume();
    LOG.info("feature {}: swap ended: {} {}", old.name(), outcome, sentence);
    done.complete(
        new SwapReport(
            outcome,
            sentence,
            differences,
            Map.of(),
            waves.subList(0, Math.min(waves.size(), wave + 1))));
  }
}
