package dev.heddle.model;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.InvalidNullException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.databind.type.TypeFactory;
import com.fasterxml.jackson.databind.util.LRUMap;
import com.fasterxml.jackson.databind.util.LookupCache;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Reads the spec of a document into a record, strictly: unknown fields and wrong types are refused.
 */
public final class Spec {

  /**
   * A mapper for each type that is read. Mappers remember the classes they have met: a shared one
   * would hold those of features that have left.
   */
  private static final ClassValue<JsonMapper> MAPPERS =
      new ClassValue<>() {
        @Override
        protected JsonMapper computeValue(Class<?> type) {
          return mapper();
        }
      };

  private static JsonMapper mapper() {
    LookupCache<Object, JavaType> own = new LRUMap<>(4, 64);
    return JsonMapper.builder()
        .typeFactory(TypeFactory.defaultInstance().withCache(own))
        .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
        .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
        .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
        // A blank text would count as absent where a number, a truth or a word is meant.
        .withCoercionConfigDefaults(
            c -> c.setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail))
        .withCoercionConfig(
            LogicalType.Textual, // the feature above leaves out what becomes a text
            c ->
                c.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
        .defaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL))
        .build();
  }

  private Spec() {}

  /**
   * The spec of {@code document} as {@code type}.
   *
   * @throws RefusedException with the path of the field and a sentence
   */
  public static <S> S read(Document document, Class<S> type) {
    JsonMapper mapper = MAPPERS.get(type);
    try {
      return document.spec(mapper, type);
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof JsonMappingException wrong) {
        throw new RefusedException(
            document.path() + " spec" + path(wrong), sentence(wrong, mapper));
      }
      throw new RefusedException(document.path() + " spec", "cannot be read: " + e.getMessage());
    }
  }

  private static String path(JsonMappingException e) {
    StringBuilder path = new StringBuilder();
    for (JsonMappingException.Reference r : e.getPath()) {
      path.append(r.getFieldName() != null ? "." + r.getFieldName() : "[" + r.getIndex() + "]");
    }
    return Text.shown(path.toString());
  }

  private static String sentence(JsonMappingException e, JsonMapper mapper) {
    if (e instanceof UnrecognizedPropertyException u) {
      return "no such field; known are " + u.getKnownPropertyIds();
    }
    if (e instanceof ValueInstantiationException && e.getCause() != null) {
      return e.getCause().getMessage();
    }
    if (e instanceof InvalidFormatException f && f.getTargetType().isEnum()) {
      return "'" + Text.shown(String.valueOf(f.getValue())) + "' is none of " + words(f, mapper);
    }
    if (e instanceof InvalidNullException) {
      return "a value is expected";
    }
    if (e instanceof MismatchedInputException m && m.getTargetType() != null) {
      return expected(m.getTargetType()) + " is expected";
    }
    return Text.shown(e.getOriginalMessage());
  }

  /** The values an enum may have, as documents write them. */
  private static List<String> words(InvalidFormatException e, JsonMapper mapper) {
    return Arrays.stream(e.getTargetType().getEnumConstants())
        .map(v -> mapper.valueToTree(v).asText())
        .toList();
  }

  private static String expected(Class<?> type) {
    if (Collection.class.isAssignableFrom(type)) {
      return "a list";
    }
    if (Map.class.isAssignableFrom(type) || type.isRecord() && !isWrittenAsText(type)) {
      return "an object";
    }
    if (type == Boolean.class || type == boolean.class) {
      return "true or false";
    }
    return Number.class.isAssignableFrom(type) || type.isPrimitive() ? "a number" : "a text";
  }

  /** As addresses are. */
  private static boolean isWrittenAsText(Class<?> type) {
    return Arrays.stream(type.getMethods()).anyMatch(m -> m.isAnnotationPresent(JsonValue.class));
  }
}
