package dev.heddle.rest;

import static dev.heddle.rest.Northbound.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Cookie;
import dev.heddle.pipeline.Flow;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stages, the reason of a flow, and the document that says what there is. */
class PipelineOverHttpTest {

  private Northbound north;

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    north = new Northbound(directory, Limits.USUAL);
  }

  @AfterEach
  void stop() {
    north.close();
  }

  @Test
  void everyFlowOfANodeSaysWhyItExists() throws Exception {
    north.redA();
    north.plug("red-a", "n1");
    List<Flow> flows =
        north.controller.read(
            now -> {
              List<Flow> all = new ArrayList<>();
              now.keys(Node.KIND.id("n1"))
                  .forEach(k -> now.flow(Node.KIND.id("n1"), k).ifPresent(all::add));
              return all;
            });
    assertThat(flows).isNotEmpty();
    boolean ofThePort = false;
    for (Flow flow : flows) {
      JsonNode why = json(north.get("why/" + Cookie.text(flow.cookie())));
      assertThat(why.at("/units/0/unit").asText()).isNotEmpty();
      assertThat(why.at("/units/0/flows")).isNotEmpty();
      assertThat(why.at("/units/0/bundle").asText()).startsWith("dev.heddle.");
      assertThat(why.at("/units/0/version").asText()).startsWith("0.1.0");
      ofThePort |= why.at("/units/0/objects/0").asText().equals("LogicalPort/red-a");
      assertThat(json(north.get("why/" + Long.toUnsignedString(flow.cookie())))).isEqualTo(why);
    }
    assertThat(ofThePort).isTrue();
  }

  @Test
  void aCookieNobodyHasAndAWordThatIsNoneAreToldApart() throws Exception {
    assertThat(north.get("why/0x1").statusCode()).isEqualTo(404);
    assertThat(north.get("why/red-a").statusCode()).isEqualTo(400);
    assertThat(north.get("why/0x10000000000000000").statusCode()).isEqualTo(400);
  }

  @Test
  void stagesStandInPacketOrder() throws Exception {
    assertThat(json(north.get("stages")).findValuesAsText("name"))
        .containsSubsequence("ADMIT", "ANSWER", "SWITCH", "REPLICATE");
    assertThat(north.text("stages").body())
        .startsWith("TABLE   NAME")
        .contains("ADMIT", "l2", "drop");
  }

  @Test
  void featuresAreToldWithTheirBundleAndAreRetiredOnlyWhenTheyAreAway() throws Exception {
    north.redA();
    JsonNode l2 = json(north.get("features/l2"));
    assertThat(l2.path("held").asBoolean()).isFalse();
    assertThat(l2.path("bundle").asText()).isEqualTo("dev.heddle.l2-switching");
    assertThat(l2.path("version").asText()).startsWith("0.1.0");
    assertThat(l2.path("stages").toString()).contains("ADMIT", "SWITCH");
    assertThat(north.text("features").body()).startsWith("NAME").contains("dev.heddle.l2");
    HttpResponse<String> refused = north.send("DELETE", "features/l2", "");
    assertThat(refused.statusCode()).isEqualTo(409);
    assertThat(refused.body()).contains("stop its bundle first");
    assertThat(north.get("features/l7").statusCode()).isEqualTo(404);
    north.controller.remove(north.l2);
    assertThat(json(north.get("features/l2")).path("held").asBoolean()).isTrue();
    assertThat(json(north.get("features/l2")).path("version").asText()).startsWith("0.1.0");
    assertThat(north.send("DELETE", "features/l2", "").statusCode()).isEqualTo(200);
    assertThat(north.get("features/l2").statusCode()).isEqualTo(404);
  }

  @Test
  void theOpenApiDocumentNamesEachKindAndLeadsNowhereWrong() throws Exception {
    JsonNode document = json(north.get("openapi.json"));
    assertThat(document.path("openapi").asText()).isEqualTo("3.1.0");
    JsonNode ports = document.at("/paths/~1api~1v1~1logicalports~1{name}");
    assertThat(ports.has("put")).isTrue();
    assertThat(document.at("/paths/~1api~1v1~1nodes~1{name}").has("put")).isFalse();
    for (JsonNode reference : document.findValues("$ref")) {
      assertThat(document.at(reference.asText().substring(1)).isObject())
          .as("%s", reference)
          .isTrue();
    }
    List<String> ids = document.findValuesAsText("operationId");
    assertThat(ids).doesNotHaveDuplicates().hasSizeGreaterThan(10);
  }
}
