package dev.heddle.pipeline;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.heddle.model.Document;
import dev.heddle.model.Entity;
import dev.heddle.model.Id;
import dev.heddle.model.KeySpace;
import dev.heddle.model.Kind;
import java.util.Map;

/**
 * A feature that owns flows, present or not. Its number stands in their cookies; it is given when
 * the feature first arrives and goes only when the feature is retired.
 */
public record Owner(Id<Owner> id, int number) implements Entity<Owner> {

  public static final Kind<Owner> KIND =
      new Kind<>("Feature", "features", true, KeySpace.OWNER, Owner::parse);

  private static Owner parse(Document d, int key) {
    return new Owner(KIND.id(d), key);
  }

  public static Document document(String feature) {
    return new Document(KIND.name(), feature, Map.of(), JsonNodeFactory.instance.objectNode());
  }
}
