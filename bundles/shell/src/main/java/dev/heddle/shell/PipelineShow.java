package dev.heddle.shell;

import dev.heddle.pipeline.Inspection;
import dev.heddle.pipeline.Inspection.StageState;
import dev.heddle.show.Pipeline;
import java.util.List;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** The stages in use, in packet order. */
@Service
@Command(scope = "pipeline", name = "show", description = "Shows the stages packets pass")
public final class PipelineShow extends Answering {

  @Reference Inspection inspection;

  @Override
  Answer answer() {
    List<StageState> stages = inspection.stages();
    return new Answer(Pipeline.stageTable(stages).toString(), Pipeline.stages(stages));
  }
}
