package dev.heddle.rest;

import static dev.heddle.rest.Northbound.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.acl.AccessControl;
import dev.heddle.model.Node;
import dev.heddle.pipeline.Cookie;
import dev.heddle.pipeline.Flow;
import dev.heddle.policy.Acl;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

  /** As the bridge of Kubernetes does: the policy, its namespace and which of its rules. */
  @Test
  void aFlowOfARuleSaysWhatItsAuthorSaysItIsFor() throws Exception {
    north.controller.add(new AccessControl());
    north.redA();
    north.plug("red-a", "n1");
    String rules =
        "{'apiVersion':'heddle.dev/v1','kind':'PortGroup','metadata':{'name':'web'},"
            + "'spec':{'ports':['red-a']}},"
            + "{'apiVersion':'heddle.dev/v1','kind':'Acl','metadata':{'name':'in'},'spec':{'appliesTo':"
            + "{'portGroup':'web'},'direction':'to','priority':7,'match':'ip4','action':'drop','label':'NetworkPolicy"
            + " shop/api ingress-0'}}";
    assertThat(north.send("POST", "transactions", "[" + rules + "]").statusCode()).isEqualTo(200);
    Map<String, Long> cookies = north.controller.inspection().cookies(Acl.KIND.id("in"));
    assertThat(cookies).isNotEmpty();
    List<String> told = new ArrayList<>();
    for (long cookie : cookies.values()) {
      String path = "why/" + Cookie.text(cookie);
      told.add(json(north.get(path)) + "\n" + north.text(path).body());
    }
    assertThat(told)
        .anyMatch(t -> t.contains("\"labels\":{\"Acl/in\":\"NetworkPolicy shop/api ingress-0\"}"))
        .anyMatch(t -> t.contains("object    Acl/in (NetworkPolicy shop/api ingress-0)\n"));
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
  void aPacketIsTracedAndOneThatIsDroppedSaysWhereAndWhy() throws Exception {
    north.redA();
    north.send("PUT", "port/red-b", Northbound.port("red-b", "12"));
    north.plug("red-a", "n1");
    north.plug("red-b", "n1", 4);
    JsonNode ping = json(north.send("POST", "trace", "{'from':'red-a','to':'red-b'}"));
    assertThat(ping.path("verdict").asText()).isEqualTo("delivered");
    assertThat(ping.path("sentence").asText()).isEqualTo("Delivered to red-b on n1.");
    assertThat(ping.at("/arrivals/0/port").asText()).isEqualTo("red-b");
    assertThat(ping.path("steps").findValuesAsText("stage")).contains("ADMIT", "SWITCH");
    JsonNode forged =
        json(
            north.send(
                "POST",
                "trace",
                "{'from':'red-a','to':'10.0.0.12',"
                    + "'packet':{'nw_src':'10.0.0.99','tcp_dst':80}}"));
    assertThat(forged.path("verdict").asText()).isEqualTo("dropped");
    assertThat(forged.path("sentence").asText())
        .isEqualTo(
            "Dropped on n1 at ADMIT (table 4, port security: only what a port may send): "
                + "no rule of this stage matches, and what none matches is dropped.");
    String text = north.send("POST", "trace", "{'from':'red-a'}", "Accept", "text/plain").body();
    assertThat(text).contains(" ADMIT ").contains("for LogicalPort/red-a");
  }

  @Test
  void aTraceThatMakesNoSenseIsRefusedWithTheField() throws Exception {
    north.redA();
    for (String[] wrong :
        new String[][] {
          {"{'from':'red-a'}", "from"},
          {"{'from':'red-z'}", "from"},
          {"{'from':5}", "from"},
          {"{}", "from"},
          {"{'from':'red-a','to':'red-z'}", "to"},
          {"{'from':'red-a','to':'10.0.0.300'}", "to"},
          {"{'from':'red-a','packet':[]}", "packet"},
          {"{'from':'red-a','packet':{'reg0':1}}", "packet.reg0"},
          {"{'from':'red-a','packet':{'tcp_dst':70000}}", "packet.tcp_dst"},
          {"{'from':'red-a','packet':{'tcp_dst':-1}}", "packet.tcp_dst"},
          {"{'from':'red-a','packet':{'nw_dst':'::1'}}", "packet.nw_dst"},
          {"{'from':'red-a','way':'x'}", "way"}
        }) {
      HttpResponse<String> refused = north.send("POST", "trace", wrong[0]);
      assertThat(refused.statusCode()).as(wrong[0]).isEqualTo(422);
      assertThat(json(refused).at("/problems/0/path").asText()).as(wrong[0]).isEqualTo(wrong[1]);
    }
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
