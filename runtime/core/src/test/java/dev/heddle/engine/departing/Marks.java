package dev.heddle.engine.departing;

import dev.heddle.model.Document;
import dev.heddle.model.Entity;
import dev.heddle.model.Fact;
import dev.heddle.model.Id;
import dev.heddle.model.Index;
import dev.heddle.model.KeySpace;
import dev.heddle.model.Kind;
import dev.heddle.model.RefusedException;
import dev.heddle.model.Spec;
import dev.heddle.pipeline.Declarations;
import dev.heddle.pipeline.Feature;
import dev.heddle.pipeline.Scope;
import dev.heddle.pipeline.Stage;
import java.util.stream.Stream;

/** A feature with classes of its own in every place where one can be: a test loads it apart. */
public final class Marks implements Feature {

  private static final Stage STAGE = Stage.at("MARKS", 210, "for tests");

  /** An object with a number. */
  public record Mark(Id<Mark> id, int key, Height height) implements Entity<Mark> {
    static final Kind<Mark> KIND = new Kind<>("Mark", "marks", false, KeySpace.OWNER, Mark::parse);

    record Form(Integer height) {}

    private static Mark parse(Document d, int key) {
      Integer height = Spec.read(d, Form.class).height;
      if (height == null || height < 1) {
        throw new RefusedException(d.path() + " spec.height", "1 or more is expected");
      }
      return new Mark(KIND.id(d.name()), key, new Height(height));
    }
  }

  /** A bucket and a value. */
  public record Height(int metres) {}

  private static final Fact<Id<Mark>, Height> HEIGHT =
      new Fact<>(
          "height-of-mark", 1, (id, view) -> view.get(id).map(Mark::height).orElse(new Height(0)));

  private static final Index<Mark, Height, Height, Id<Mark>> BY_HEIGHT =
      Index.over(
          "marks-by-height",
          Mark.KIND,
          HEIGHT,
          (id, height) -> Stream.of(new Index.Pair<>(height, id)));

  @Override
  public String name() {
    return "marks";
  }

  @Override
  public void declare(Declarations d) {
    d.kind(Mark.KIND);
    d.fill(STAGE);
    d.forEach(
        Mark.KIND,
        "mark",
        (id, view, out) ->
            out.add(
                STAGE
                    .flow(view.fact(HEIGHT, id).metres())
                    .drop()
                    .because(id)
                    .where(Scope.everywhere())));
    d.forEach(
        BY_HEIGHT,
        "height",
        (pair, view, out) ->
            out.add(
                STAGE
                    .flow(10_000 + pair.bucket().metres())
                    .drop()
                    .because(pair.member())
                    .where(Scope.everywhere())));
  }
}
