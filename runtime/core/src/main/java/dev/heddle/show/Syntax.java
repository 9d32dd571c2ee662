package dev.heddle.show;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.heddle.model.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.yaml.snakeyaml.LoaderOptions;

/**
 * The two languages documents are written in. Reading is for text from strangers: size, depth,
 * number of parts and length of words are bounded; duplicate keys, aliases (with which a few lines
 * become gigabytes) and bytes that are not UTF-8 are refused.
 */
public final class Syntax {

  /** The longest text that is read, in bytes. */
  public static final int MAX_BYTES = 16 << 20;

  /** How deep objects and arrays may be nested. */
  public static final int MAX_DEPTH = 32;

  /** How many keys, values and brackets are read; a tree of them takes about 100 MB at most. */
  public static final int MAX_TOKENS = 1_000_000;

  /** How long one text may be, in characters. */
  public static final int MAX_WORD = 1 << 16;

  private static final StreamReadConstraints CONSTRAINTS =
      StreamReadConstraints.builder()
          .maxNestingDepth(MAX_DEPTH)
          .maxDocumentLength(MAX_BYTES)
          .maxStringLength(MAX_WORD)
          .maxNameLength(1 << 10)
          .maxNumberLength(40)
          .build();

  public static final Syntax JSON =
      new Syntax("JSON", JsonFactory.builder().streamReadConstraints(CONSTRAINTS).build());

  public static final Syntax YAML =
      new Syntax(
          "YAML",
          YAMLFactory.builder()
              .streamReadConstraints(CONSTRAINTS)
              .loaderOptions(yamlLimits())
              .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
              .disable(YAMLGenerator.Feature.SPLIT_LINES)
              .build());

  private final String name;
  private final ObjectMapper mapper;

  private Syntax(String name, JsonFactory factory) {
    this.name = name;
    mapper =
        new ObjectMapper(factory)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(SerializationFeature.INDENT_OUTPUT);
  }

  private static LoaderOptions yamlLimits() {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(MAX_BYTES);
    options.setNestingDepthLimit(MAX_DEPTH);
    options.setAllowDuplicateKeys(false);
    options.setMaxAliasesForCollections(0);
    return options;
  }

  /**
   * The documents of a text: in JSON one value, in YAML any number, empty ones left out.
   *
   * @throws UnreadableException with line and column where something is wrong
   */
  public List<JsonNode> read(byte[] text) {
    if (text.length > MAX_BYTES) {
      throw UnreadableException.tooLarge("at most " + MAX_BYTES + " bytes are read");
    }
    List<JsonNode> documents = new ArrayList<>();
    try (JsonParser parser = new Bounded(mapper.createParser(decoded(text)))) {
      while (parser.nextToken() != null) {
        JsonNode document = mapper.readTree(parser);
        // An empty document of YAML comes as null or as an empty text.
        if (!document.isNull() && !(this == YAML && "".equals(document.textValue()))) {
          documents.add(document);
        }
        if (this == JSON && parser.nextToken() != null) {
          throw UnreadableException.malformed("something follows the JSON value" + at(parser));
        }
      }
    } catch (StreamConstraintsException e) {
      throw UnreadableException.tooLarge(Text.shown(firstLine(e.getOriginalMessage())));
    } catch (JsonProcessingException e) {
      throw UnreadableException.malformed(
          "not "
              + name
              + (e.getLocation() == null
                  ? ""
                  : " at line "
                      + e.getLocation().getLineNr()
                      + ", column "
                      + e.getLocation().getColumnNr())
              + ": "
              + Text.shown(firstLine(e.getOriginalMessage())));
    } catch (IOException e) {
      throw new UncheckedIOException("a text in memory cannot be read", e);
    }
    return documents;
  }

  private static String decoded(byte[] text) {
    ByteBuffer bytes = ByteBuffer.wrap(text);
    CharBuffer characters = CharBuffer.allocate(text.length);
    if (StandardCharsets.UTF_8.newDecoder().decode(bytes, characters, true).isError()) {
      throw UnreadableException.malformed(
          "the text is not UTF-8 at byte " + (bytes.position() + 1));
    }
    return characters.flip().toString();
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("");
  }

  private static String at(JsonParser parser) {
    return " at line " + parser.currentLocation().getLineNr();
  }

  /** The tree as text, indented, with a line's end. */
  public String write(JsonNode tree) {
    try {
      String text = mapper.writeValueAsString(tree);
      return text.endsWith("\n") ? text : text + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree cannot be written", e);
    }
  }

  /** The tree as one line of JSON. */
  public static String line(JsonNode tree) {
    return tree.toString();
  }

  /** Counts what is read and refuses what the trees would not show. */
  private static final class Bounded extends JsonParserDelegate {

    private int tokens;

    Bounded(JsonParser parser) {
      super(parser);
    }

    @Override
    public JsonToken nextToken() throws IOException {
      if (++tokens > MAX_TOKENS) {
        throw UnreadableException.tooLarge("at most " + MAX_TOKENS + " keys and values are read");
      }
      try {
        return checked(super.nextToken());
      } catch (StreamConstraintsException e) {
        String what = Text.shown(firstLine(e.getOriginalMessage()).replaceAll(" \\(.*", ""));
        throw UnreadableException.tooLarge(what + where());
      }
    }

    private JsonToken checked(JsonToken token) throws IOException {
      if (delegate instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
        throw UnreadableException.malformed("aliases are not taken" + at(this));
      }
      // The YAML parser asks its constraints of numbers only.
      if (token != null && token.isScalarValue() && getTextLength() > MAX_WORD) {
        throw UnreadableException.tooLarge(
            "a text has at most " + MAX_WORD + " characters" + where());
      }
      return token;
    }

    /** The way to what is read now, as RFC 6901 writes it. */
    private String where() {
      return " at " + Text.shown(getParsingContext().pathAsPointer().toString());
    }
  }
}
