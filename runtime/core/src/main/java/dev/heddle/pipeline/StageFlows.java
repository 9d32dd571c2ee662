package dev.heddle.pipeline;

import dev.heddle.model.FilledStage;
import dev.heddle.model.Id;
import dev.heddle.model.View;
import java.util.List;

/**
 * The flows that belong to the pipeline itself: for each stage, where its joint leads and what
 * becomes of a packet that none of its flows matches. Plugging a stage in or out changes the joint
 * before it and nothing else.
 */
public final class StageFlows implements Feature {

  public static final String NAME = "pipeline";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void declare(Declarations d) {
    d.forEach(FilledStage.KIND, "stage", StageFlows::flows);
  }

  private static void flows(Id<FilledStage> id, View view, FlowSink out) {
    FilledStage stage = view.get(id).orElseThrow();
    if (stage.beside()) {
      return;
    }
    int joint = stage.table() + 1;
    view.ids(FilledStage.ALL, "all").stream()
        .flatMap(other -> view.get(other).stream())
        .filter(other -> !other.beside())
        .mapToInt(FilledStage::table)
        .filter(table -> table > stage.table())
        .min()
        .ifPresent(
            next -> {
              out.add(flow(joint, List.of(new Action.GotoTable(next)), id));
              if (!stage.mandatory()) {
                out.add(flow(stage.table(), List.of(new Action.GotoTable(joint)), id));
              }
            });
    if (stage.mandatory()) {
      out.add(flow(stage.table(), List.of(), id));
    }
  }

  private static DesiredFlow flow(int table, List<Action> actions, Id<FilledStage> owner) {
    return new DesiredFlow(new FlowKey(table, 0, Match.ALL), actions, Scope.everywhere(), owner);
  }
}
