package dev.heddle.engine;

import dev.heddle.model.Id;
import dev.heddle.model.Index;
import dev.heddle.model.Node;
import dev.heddle.pipeline.DesiredFlow;
import dev.heddle.pipeline.Scope;
import java.util.List;
import java.util.function.Supplier;

/** Brings what the graph works out onto the board. */
record ToBoard(Board board, Supplier<Functions> functions) implements Graph.Listener {

  /** The indexes that say which nodes are in a scope. */
  static final List<Index<?, ?, ?, ?>> SCOPES =
      List.of(Scope.BY_PORT, Scope.BY_GROUP, Scope.BY_NODE, Scope.BY_PLAIN_SWITCH);

  @Override
  public void flowsChanged(Unit unit, List<DesiredFlow> now) {
    board.replace(unit, now);
  }

  @Override
  public void pairAdded(Index<?, ?, ?, ?> index, Index.Pair<?, ?> pair) {
    if (SCOPES.contains(index)) {
      board.enters(node(pair), (Scope) pair.bucket());
    }
    functions.get().pairAdded(index, pair);
  }

  @Override
  public void pairRemoved(Index<?, ?, ?, ?> index, Index.Pair<?, ?> pair) {
    if (SCOPES.contains(index)) {
      board.leaves(node(pair), (Scope) pair.bucket());
    }
    functions.get().pairRemoved(index, pair);
  }

  @SuppressWarnings("unchecked") // members of the scope indexes are nodes
  private static Id<Node> node(Index.Pair<?, ?> pair) {
    return (Id<Node>) pair.member();
  }
}
