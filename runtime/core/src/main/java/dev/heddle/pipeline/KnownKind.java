package dev.heddle.pipeline;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.heddle.model.Document;
import dev.heddle.model.Entity;
import dev.heddle.model.Id;
import dev.heddle.model.KeySpace;
import dev.heddle.model.Kind;
import dev.heddle.model.Spec;
import java.util.Map;

/**
 * A kind that a feature has brought, kept when the feature is away: its documents stay reachable,
 * their numbers stay taken, and what is to be installed has a name.
 */
public record KnownKind(Id<KnownKind> id, String plural, KeySpace keys, String feature)
    implements Entity<KnownKind> {

  public static final Kind<KnownKind> KIND =
      new Kind<>("Kind", "kinds", true, KeySpace.NONE, KnownKind::parse);

  /** As the system writes it. */
  record Form(String plural, KeySpace keys, String feature) {}

  private static KnownKind parse(Document d, int key) {
    Form f = Spec.read(d, Form.class);
    return new KnownKind(KIND.id(d), f.plural, f.keys, f.feature);
  }

  public static Document document(Kind<?> kind, String feature) {
    var spec = JsonNodeFactory.instance.objectNode();
    spec.put("plural", kind.plural()).put("keys", kind.keys().name()).put("feature", feature);
    return new Document(KIND.name(), kind.name(), Map.of(), spec);
  }

  /** The kind as far as it is known without its feature. */
  public Kind<?> unread() {
    return Kind.unread(id.name(), plural, keys);
  }
}
